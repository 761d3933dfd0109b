//! A queue whose receiver has its items passed on to another queue, as a link has.

use crate::interleavings::{Number, assert_accounted, pop, queue};
use crate::queue::{Outlet, PopError, Queue, Wakers};
use crate::threads::{block_on, model, thread};
use std::sync::Arc;

struct To(Arc<Queue<Number>>);

impl Outlet<Number> for To {
    fn pass(&self, number: Number, wakers: &mut Wakers) -> Result<(), Number> {
        self.0.offer_where_room(number, wakers)
    }
}

/// Passes on what the outlet could not take, and the end.
fn link(from: &Queue<Number>, to: &Arc<Queue<Number>>) {
    let outlet = Arc::new(To(to.clone()));
    while let Ok(number) = block_on(from.pop_past(outlet.clone())) {
        block_on(to.push(number.unwrap())).unwrap();
    }
    to.close();
}

#[test]
fn what_is_passed_on_at_once_does_not_overtake_what_the_link_has_in_hand() {
    model(|| {
        // The second has room for one, so that some go one way and some the other.
        let (first, second) = (queue(2), queue(1));
        let linked = {
            let (first, second) = (first.clone(), second.clone());
            thread::spawn(move || link(&first, &second))
        };
        let push = |number| block_on(first.push(Number(number))).unwrap();
        push(1);
        push(2);
        let begun = pop(&second).unwrap();
        push(3);
        first.close();
        let rest = [pop(&second), pop(&second), pop(&second)];
        assert_eq!(begun, 1);
        assert_eq!(rest, [Ok(2), Ok(3), Err(PopError::Closed)]);
        linked.join().unwrap();
        assert_accounted(&first);
        assert_accounted(&second);
        assert_eq!((first.depth(), first.counts().received), (0, 3));
    });
}
