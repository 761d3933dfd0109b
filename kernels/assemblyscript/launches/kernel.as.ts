// Computes as a message asks, for tests of what AssemblyScript can have done on devices.

import { MILLISECOND, Message, Replies } from "ringhost";
import {
  Buffer, Copy, DeviceKind, Fill, Gemm, In, InOut, Launch, Operator, Out, Reduce, Resident, Scan, Sort, Space, Write,
  devices, failure,
} from "ringhost/compute";

@compute
export function double(item: u32, numbers: InOut<f32>): void {
  numbers[item] = 2 * numbers[item];
}

const SQUARES: StaticArray<u32> = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81];

/** Reads an array of the kernel's that is constant, whose index is checked. */
@compute
export function square(item: u32, numbers: InOut<u32>): void {
  numbers[item] = SQUARES[numbers[item]];
}

@compute
export function divide(item: u32, by: usize): void {
  const address = by + (<usize>item << 3);
  store<i64>(address, 1000 / load<i64>(address));
}

@compute
export function check(item: u32, most: u32): void {
  assert(item <= most, "too many items");
}

@compute
export function far(item: u32, start: usize): void {
  store<u8>(start, load<u8>(start + (<usize>item << 30)));
}

@compute
export function spin(item: u32, turns: InOut<u64>): void {
  while (turns[item] >= 0) {
    turns[item] += item;
  }
}

/** The sums of all messages by now. Its first number may not be a hundred. */
@compute
export function total(item: u32, x: In<u32>, sums: InOut<u32>, y: Out<u32>): void {
  assert(x[0] != 100, "a hundred");
  sums[item] += x[item];
  y[item] = sums[item];
}

export function serve(message: Message, replies: Replies): void {
  const space = Space.create(8 << 20, DeviceKind.Cpu)!;
  const answer = ask(space, message.text());
  replies.push(answer === null ? told() : answer);
  space.free();
}

/** The last failure. */
function told(): string {
  const failed = failure();
  return `${failed.kind} ${failed.launched} ${failed.item} ${failed.code} ${failed.text}`;
}

function ask(space: Space, words: string): string | null {
  const word = words.split(" ")[0];
  if (word == "devices") {
    const device = space.device();
    const name = devices()[0].name;
    return `${device.kind == DeviceKind.Cpu} ${device.name == name} ${device.lanes > 0}`;
  }
  if (word == "operations") {
    return operations(space);
  }
  if (word == "resident") {
    return resident(space);
  }
  const numbers = space.buffer<StaticArray<f32>>([1, 2.5, -3])!;
  const long = space.allocate<u64>(4)!;
  const answer = launch(space, word, numbers, long);
  numbers.free();
  long.free();
  return answer;
}

/** What the host does by itself, in one submission. */
function operations(space: Space): string | null {
  const x = space.buffer<StaticArray<f32>>([3, 1, 2])!;
  const places = space.buffer<StaticArray<u32>>([0, 1, 2])!;
  const factors = space.buffer<StaticArray<f64>>([1, 2, 3, 4, 5, 6])!;
  const sum = space.allocate<f32>(1)!;
  const sums = space.allocate<f32>(3)!;
  const product = space.allocate<f64>(4)!;
  const gemm = new Gemm(2, 2, 3, factors, factors, product);
  gemm.alpha = 2;
  gemm.bTransposed = true;
  const stats = space.run([
    new Reduce(Operator.Sum, x, sum),
    new Scan(Operator.Sum, x, sums),
    new Sort(x, true).with(places),
    gemm,
  ]);
  const answer: string | null = stats === null
    ? null
    : `${line(sum)}; ${line(sums)}; ${line(places)}; ${line(product)}`;
  x.free();
  places.free();
  factors.free();
  sum.free();
  sums.free();
  product.free();
  return answer;
}

/** A function that stays: its room, its state, a pause, a trap, its end. */
function resident(space: Space): string | null {
  const input = space.allocate<u32>(4)!;
  const kept = space.allocate<u32>(4)!;
  const output = space.allocate<u32>(4)!;
  const sums = space.reside(new Launch("total", 4).with(input).with(kept).with(output), input, output, 2);
  if (sums === null) {
    return null;
  }
  const numbers: StaticArray<u32> = [1, 2, 3, 4];
  const words: string[] = [];
  for (let count = 0; count < 3; count++) {
    words.push(sums.send(numbers) ? "sent" : sums.isFull ? "full" : told());
  }
  for (let count = 0; count < 3; count++) {
    words.push(heard(sums));
  }
  sums.pause();
  sums.send<u32[]>([10]);
  words.push(heard(sums, MILLISECOND));
  sums.resume();
  words.push(heard(sums));
  words.push(`${sums.ask<u32[]>([])![0]} of ${sums.stats().items}`);
  sums.send<u32[]>([100]);
  words.push(heard(sums));
  sums.stop();
  words.push(sums.ask(numbers) === null ? told() : "answered");
  sums.free();
  input.free();
  kept.free();
  output.free();
  return words.join(", ");
}

function heard(sums: Resident<u32, u32>, timeout: u64 = u64.MAX_VALUE): string {
  const answer = sums.receive(timeout);
  return answer === null ? told() : answer.join(" ");
}

/** The numbers of a buffer, which are whole. */
function line<T>(buffer: Buffer<T>): string {
  return buffer.read()!.map<i32>((number) => <i32>number).join(" ");
}

function launch(space: Space, word: string, numbers: Buffer<f32>, long: Buffer<u64>): string | null {
  const doubled = new Launch("double", 3).with(numbers);
  if (word == "double") {
    const stats = space.run([doubled, doubled]);
    return stats === null ? null : `${numbers.read()!} ${stats.launches} ${stats.items}`;
  }
  if (word == "plan") {
    const plan = space.plan([doubled])!;
    const stats = plan.run(10)!.wait();
    plan.free();
    return stats === null ? null : `${numbers.read(1, 1)!} ${stats.launches}`;
  }
  if (word == "commands") {
    const other = space.allocate<f32>(3)!;
    const done = space.run([
      new Fill(other, 0xff),
      new Write(numbers, [7, 8], 1),
      new Copy(other, numbers, 2, 1, 0),
    ]);
    const bytes = other.readBytes(0, 1);
    const answer: string | null = done === null ? null : `${other.read(1)!} ${bytes!}`;
    other.free();
    return answer;
  }
  if (word == "square") {
    const small = space.buffer<u32[]>([3, 9, 4])!;
    const answer = run(space, new Launch("square", 3).with(small));
    const squares = small.read();
    small.write<u32[]>([3, 9, 10]);
    const again = run(space, new Launch("square", 3).with(small));
    small.free();
    return answer !== null && again === null ? `${squares!} ${told()}` : null;
  }
  if (word == "divide") {
    long.write<u64[]>([10, 3, 0, 0]);
    run(space, new Launch("divide", 4).with(long));
    const failed = told();
    return long.read() === null ? `${failed}; ${failure().text}` : null;
  }
  if (word == "far") {
    return run(space, new Launch("far", 5).with(long));
  }
  if (word == "check") {
    return run(space, new Launch("check", 10).with<u32>(6));
  }
  if (word == "fuel") {
    return run(space, new Launch("spin", 4).with(long).fuel(1000));
  }
  if (word == "unknown") {
    return run(space, new Launch("nothing", 1));
  }
  if (word == "wrong") {
    return run(space, new Launch("check", 1).with<f64>(1));
  }
  if (word == "room") {
    return space.allocate<u64>(u32.MAX_VALUE) === null ? null : "there is room";
  }
  if (word == "quota") {
    return Space.create(u64.MAX_VALUE) === null ? null : "there is a space";
  }
  if (word == "cancel") {
    const event = space.submit([new Launch("spin", 4).with(long).fuel(1 << 36)])!;
    if (event.wait(MILLISECOND) !== null || event.hasEnded()) {
      return "it has ended";
    }
    const first = failure().text;
    event.cancel();
    return event.wait() === null && event.hasEnded() ? `${first}; ${told()}` : "it has ended well";
  }
  return "no such word";
}

function run(space: Space, launch: Launch): string | null {
  return space.run([launch]) === null ? null : "done";
}
