//! A million messages to a resident.

use super::resident::{Sums, TALK};
use super::*;

#[tokio::test]
async fn a_million_messages_are_all_answered_and_never_more_are_under_way_than_there_is_room_for() {
    const MESSAGES: u32 = 1_000_000;
    let space = space(TALK);
    let sums = Sums::new(&space, 1, 1000, None);
    let (mut sent, mut received) = (0, 0);
    while received < MESSAGES {
        while sent < MESSAGES && sums.send(sent, 1) {
            sent += 1;
        }
        assert!(sent - received <= 1000);
        while received < sent {
            sums.receive().await.unwrap();
            received += 1;
        }
    }
    let total = (0..MESSAGES).fold(0_u32, |sum, number| {
        sum.wrapping_add((number.wrapping_mul(31)).wrapping_mul(2_654_435_761) >> 5)
    });
    assert_eq!(read_u32(&space, &sums.state).await, [total]);
    assert_eq!(sums.resident.stats().items, u64::from(MESSAGES));
}
