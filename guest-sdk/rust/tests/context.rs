//! What a kernel that writes its own loop meets.

use ringhost_sdk::log::Level;
use ringhost_sdk::prelude::*;
use ringhost_sdk::testing::TestHost;

const MOMENT: Duration = Duration::from_millis(20);

#[test]
fn a_kernel_sees_quiet_pause_and_end() {
    let run = TestHost::<Raw, Raw>::new()
        .kernel_id("watcher")
        .quiet()
        .pause()
        .send("x".into())
        .pause()
        .terminate()
        .run(|context| {
            assert_eq!(context.kernel_id(), "watcher");
            assert!(context.is_active());
            assert_eq!(context.receive_timeout(MOMENT), Err(ReceiveError::Timeout));
            assert!(!context.is_active());
            assert!(!context.should_terminate());
            assert_eq!(context.wait_active(), Activity::Active);
            assert_eq!(context.receive()?, Raw::from("x"));
            assert_eq!(context.wait_active(), Activity::Terminating);
            assert!(context.should_terminate());
            context.receive()?;
            unreachable!("the host asked the kernel to end")
        });
    assert_eq!(run.result, Ok(()), "leaving with `?` at the end is well");
}

#[test]
fn the_input_closes_when_the_script_is_done() {
    let run = TestHost::<Raw, Raw>::new().quiet().run(|context| {
        assert_eq!(context.receive(), Err(ReceiveError::Closed));
        bail!("no luck")
    });
    assert_eq!(run.result, Err("no luck".to_owned()));
}

#[test]
fn a_batch_ends_where_messages_end() {
    let run = TestHost::<u8, u8>::new()
        .send_each([1, 2, 3])
        .send_bytes([])
        .quiet()
        .send(4)
        .run(|context| {
            assert_eq!(context.receive_batch(0, None)?, []);
            assert_eq!(context.receive_batch(2, None)?, [1, 2]);
            let batch = context.receive_envelopes(u32::MAX, Some(MOMENT))?;
            assert_eq!(batch.len(), 2);
            assert_eq!(batch[0].as_ref().unwrap().message, 3);
            let malformed = batch[1].as_ref().unwrap_err();
            assert_eq!((malformed.id, malformed.payload.len()), (4, 0));
            assert_eq!(
                context.receive_batch(9, Some(MOMENT)),
                Err(ReceiveError::Timeout)
            );
            assert_eq!(context.receive_batch(9, Some(MOMENT))?, [4]);
            Ok(())
        });
    assert_eq!(run.result, Ok(()));
}

#[test]
fn an_answer_follows_the_last_message_unless_it_names_its_envelope() {
    let run = TestHost::<Raw, Raw>::new()
        .send_as("a".into(), Some(5), Priority::High)
        .send_as("b".into(), None, Priority::Low)
        .run(|context| {
            context.send(&"before".into())?;
            let first = context.receive_envelope(None)?;
            context.receive()?;
            context.send_timeout(&"default".into(), MOMENT)?;
            context.send_outgoing(&first.reply("named".into()), None)?;
            let urgent = Outgoing::new("urgent".into()).priority(Priority::Urgent);
            context.send_outgoing_batch(&[urgent], None)?;
            Ok(())
        });
    assert_eq!(run.result, Ok(()));
    let sent: Vec<_> = run
        .sent
        .iter()
        .map(|sent| {
            (
                sent.message.text().unwrap(),
                sent.correlation,
                sent.priority,
            )
        })
        .collect();
    let own = run.sent[0].id;
    assert_eq!(
        sent,
        [
            ("before", own, Priority::Normal),
            ("default", 2, Priority::Low),
            ("named", 5, Priority::High),
            ("urgent", 2, Priority::Urgent),
        ]
    );
}

#[test]
fn a_full_queue_takes_the_front_of_a_batch() {
    let run = TestHost::<u8, u8>::new()
        .refuse(2, 2, SendError::Timeout)
        .run(|context| {
            assert_eq!(context.send_batch(&[1, 2, 3], Some(MOMENT)), Ok(2));
            assert_eq!(
                context.send_batch(&[3], Some(MOMENT)),
                Err(SendError::Timeout)
            );
            Ok(context.send(&3)?)
        });
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [1, 2, 3]);
}

#[test]
fn a_message_over_the_limit_is_refused() {
    let run = TestHost::<Raw, Raw>::new().message_limit(2).run(|context| {
        context.send(&"ok".into())?;
        Ok(context.send(&"too".into())?)
    });
    assert_eq!(
        run.result,
        Err("the message is larger than the host's limit of 2 bytes".to_owned())
    );
}

#[test]
fn log_lines_are_kept_with_their_levels() {
    let run = TestHost::<Raw, Raw>::new().run(|_| {
        let name = "x";
        trace!("a {name}");
        debug!("b {}", 1);
        info!("c");
        warn!("d");
        error!("e");
        Ok(())
    });
    let lines: Vec<_> = run
        .log
        .iter()
        .map(|line| (line.level, line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (Level::Trace, "a x"),
            (Level::Debug, "b 1"),
            (Level::Info, "c"),
            (Level::Warn, "d"),
            (Level::Error, "e"),
        ]
    );
}

#[test]
#[should_panic(expected = "without end")]
fn a_kernel_that_never_ends_is_found_out() {
    TestHost::<Raw, Raw>::new().run(|context| {
        loop {
            let _ = context.receive();
        }
    });
}
