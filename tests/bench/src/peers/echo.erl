%% A process that sends back what it is sent, and one that measures it, as it is told on standard
%% input: `trips N`, answered with the nanoseconds of each round trip; or `parked N`, answered when so
%% many more processes have each sent a message back and wait for the next.
-module(echo).
-export([main/0]).

main() ->
    {_, Ended} = spawn_monitor(fun() -> obey(spawn(fun echo/0)) end),
    receive {'DOWN', Ended, process, _, _} -> halt() end.

echo() ->
    receive
        {Sender, Message} ->
            Sender ! Message,
            echo()
    end.

obey(Echo) ->
    case io:get_line("") of
        "trips " ++ Count ->
            Times = trips(Echo, number(Count), []),
            io:put_chars([lists:join($\s, [integer_to_list(Time) || Time <- Times]), $\n]),
            obey(Echo);
        "parked " ++ Count ->
            Parked = [spawn(fun echo/0) || _ <- lists:seq(1, number(Count))],
            [trip(Process, 1) || Process <- Parked],
            io:put_chars("parked\n"),
            obey(Echo);
        eof ->
            ok
    end.

number(Line) ->
    list_to_integer(string:trim(Line)).

trips(_, 0, Times) ->
    Times;
trips(Echo, Number, Times) ->
    Begun = erlang:monotonic_time(nanosecond),
    trip(Echo, Number),
    trips(Echo, Number - 1, [erlang:monotonic_time(nanosecond) - Begun | Times]).

trip(Echo, Number) ->
    Message = <<Number:64/little, 0:64>>,
    Echo ! {self(), Message},
    receive Message -> ok end.
