//! Operations that cannot be meant, that have no room, and that do not come to their end.

use super::*;
use ringhost_compute::{Element, Gemm, Matrix, Operator, Reduce, Scan, Sort};

fn refused(space: &Space, command: Command) -> String {
    match space.submit(vec![command]) {
        Err(ComputeError::InvalidArgument(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn reduce(from: &Buffer, count: u32, to: &Buffer) -> Reduce {
    Reduce {
        kind: Element::F64,
        operator: Operator::Sum,
        from: from.clone(),
        from_offset: 0,
        count,
        to: to.clone(),
        to_offset: 0,
    }
}

fn scan(from: (&Buffer, u32), to: (&Buffer, u32), count: u32) -> Command {
    Command::Scan(Scan {
        kind: Element::I32,
        operator: Operator::Sum,
        is_exclusive: true,
        from: from.0.clone(),
        from_offset: from.1,
        count,
        to: to.0.clone(),
        to_offset: to.1,
    })
}

fn sort(keys: &Buffer, count: u32, values: Option<(Buffer, u32)>) -> Sort {
    Sort {
        kind: Element::F64,
        is_descending: true,
        keys: keys.clone(),
        keys_offset: 0,
        count,
        values,
    }
}

fn gemm([a, b, c]: [&Buffer; 3], (m, n, k): (u32, u32, u32)) -> Gemm {
    let matrix = |buffer: &Buffer| Matrix {
        buffer: buffer.clone(),
        offset: 0,
        is_transposed: false,
    };
    Gemm {
        kind: Element::F32,
        m,
        n,
        k,
        alpha: 1.0,
        a: matrix(a),
        b: matrix(b),
        beta: 0.0,
        c: matrix(c),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_buffers_or_overlaps_is_refused_in_words() {
    let space = space("");
    let (one, other) = (space.allocate(4096).unwrap(), space.allocate(4096).unwrap());
    let most = u32::MAX;
    for count in [513, 1 << 29, most] {
        refused(&space, Command::Reduce(reduce(&one, count, &other)));
        refused(&space, Command::Sort(sort(&one, count, None)));
        refused(
            &space,
            scan((&one, 0), (&other, 0), count.saturating_mul(2)),
        );
    }
    refused(&space, scan((&one, 0), (&other, 4096), 1));
    let mut off = reduce(&one, 1, &other);
    off.from_offset = 4;
    let words = refused(&space, Command::Reduce(off));
    assert_eq!(
        words,
        "elements of 8 bytes cannot begin at 4, which is no multiple of that"
    );
    let mut short = reduce(&one, 1, &other);
    short.kind = Element::I16;
    let words = refused(&space, Command::Reduce(short));
    assert_eq!(
        words,
        "an operation takes elements of 32 or 64 bits, which I16 is not"
    );
    let words = refused(&space, scan((&one, 0), (&one, 4), 8));
    assert_eq!(words, "the results of a scan would overlap what it reads");
    let words = refused(
        &space,
        Command::Sort(sort(&one, 8, Some((one.clone(), 60)))),
    );
    assert_eq!(words, "the values of a sort would overlap its keys");
    refused(
        &space,
        Command::Sort(sort(&one, 8, Some((other.clone(), 2)))),
    );
    refused(
        &space,
        Command::Sort(sort(&one, 8, Some((other.clone(), 4068)))),
    );
    // Next to each other they may be.
    let both = Command::Sort(sort(&one, 8, Some((one.clone(), 64))));
    end(&space.submit(vec![both]).unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn matrices_whose_sizes_overflow_or_that_overlap_are_refused() {
    let space = space("");
    let buffers = [(); 3].map(|()| space.allocate(4096).unwrap());
    let [a, b, c] = &buffers;
    let most = u32::MAX;
    for size in [
        (most, most, most),
        (1 << 16, 1 << 16, 1),
        (1 << 31, 2, 1),
        (1, 1, most),
        (33, 32, 32),
        (32, 32, 33),
    ] {
        refused(&space, Command::Gemm(gemm([a, b, c], size)));
    }
    let words = refused(&space, Command::Gemm(gemm([a, b, a], (2, 2, 2))));
    assert_eq!(words, "`c` of a product of matrices would overlap `a`");
    let mut whole = gemm([a, b, c], (2, 2, 2));
    whole.kind = Element::U32;
    refused(&space, Command::Gemm(whole));
    let mut turned = gemm([a, b, c], (2, 2, 2));
    turned.c.is_transposed = true;
    refused(&space, Command::Gemm(turned));
    // None of these has an element.
    for size in [(0, 0, 0), (0, most, 0), (0, 0, most), (most, 0, 0)] {
        let event = space
            .submit(vec![Command::Gemm(gemm([a, b, c], size))])
            .unwrap();
        end(&event).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_of_another_space_are_refused() {
    let (here, there) = (space(""), space(""));
    let (one, other) = (here.allocate(64).unwrap(), there.allocate(64).unwrap());
    for command in [
        Command::Reduce(reduce(&other, 8, &one)),
        Command::Reduce(reduce(&one, 8, &other)),
        scan((&one, 0), (&other, 0), 8),
        Command::Sort(sort(&other, 8, None)),
        Command::Sort(sort(&one, 8, Some((other.clone(), 0)))),
        Command::Gemm(gemm([&one, &one, &other], (2, 2, 2))),
        Command::Gemm(gemm([&one, &other, &one], (2, 2, 2))),
    ] {
        let words = refused(&here, command);
        assert!(words.contains("another space"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_on_what_is_poisoned_is_poisoned_until_it_writes_all() {
    let space = space(r#"(func (export "compute:trap") (param i32 i32) unreachable)"#);
    let (bad, result) = (space.allocate(64).unwrap(), space.allocate(64).unwrap());
    let trap = launch("trap", 1, vec![Argument::Buffer(bad.clone())]);
    run(&space, trap).await.unwrap_err();
    for command in [
        Command::Reduce(reduce(&bad, 8, &result)),
        Command::Sort(sort(&bad, 8, None)),
        scan((&bad, 0), (&result, 0), 16),
        Command::Gemm(gemm([&bad, &bad, &result], (2, 2, 2))),
    ] {
        let ended = end(&space.submit(vec![command]).unwrap()).await;
        assert_eq!(ended, Err(ComputeError::Poisoned));
        // So is what it would have written.
        let read = space.read(&result, 0, 4).await;
        let is_sort = read.is_ok();
        assert!(is_sort || read == Err(ComputeError::Poisoned));
    }
    // What a product does not read may be what it is.
    let mut product = gemm([&bad, &bad, &result], (4, 4, 4));
    product.alpha = 0.0;
    let event = space.submit(vec![Command::Gemm(product)]).unwrap();
    end(&event).await.unwrap();
    assert_eq!(read(&space, &result).await, [0; 64]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_to_work_in_an_operation_is_refused_and_room_comes_back() {
    let space = space("");
    let (keys, result) = (space.allocate(2 << 20).unwrap(), space.allocate(8).unwrap());
    let count = keys.len() / 8;
    let rest = space.allocate((4 << 20) - (2 << 20) - 1024).unwrap();
    let command = || Command::Sort(sort(&keys, count, None));
    match space.submit(vec![command()]) {
        Err(ComputeError::OutOfMemory { requested, reason }) => {
            assert!(requested > u64::from(keys.len()), "{requested}");
            assert!(
                reason.starts_with("an operation works in memory of the space"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    // Of many no more than of one.
    drop(rest);
    let some = |keys: &Buffer| vec![Command::Sort(sort(keys, 4096, None)); 100];
    let plans: Vec<_> = (0..8).map(|_| space.plan(some(&keys)).unwrap()).collect();
    drop(plans);
    let all = Command::Reduce(reduce(&keys, count, &result));
    end(&space.submit(vec![all]).unwrap()).await.unwrap();
    let fits = space.allocate((4 << 20) - (2 << 20) - 1024).unwrap();
    assert!(read(&space, &fits).await.iter().all(|byte| *byte == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_cancelled_in_its_middle_poisons_what_it_writes() {
    let space = space("");
    let keys = space.allocate(1 << 20).unwrap();
    let sorts = vec![Command::Sort(sort(&keys, keys.len() / 8, None)); 10_000];
    let event = space.submit(sorts).unwrap();
    let first = space.submit(vec![]).unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    event.cancel();
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
    end(&first).await.unwrap();
    assert_eq!(space.read(&keys, 0, 4).await, Err(ComputeError::Poisoned));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_of_operations_is_no_longer_than_it_was_handed_over() {
    let space = space("");
    let (numbers, result) = (space.allocate(64).unwrap(), space.allocate(8).unwrap());
    let commands = vec![Command::Reduce(reduce(&numbers, 8, &result)); 1 << 18];
    let event = space.submit(commands).unwrap();
    // Each is one command of those that may wait.
    let one = || vec![Command::Reduce(reduce(&numbers, 8, &result))];
    assert_eq!(
        space.submit(one()).map(drop),
        Err(ComputeError::Full { waiting: 1 << 18 })
    );
    event.cancel();
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
    // What is cancelled goes when a thread comes to it.
    while space.submit(one()).is_err() {
        tokio::task::yield_now().await;
    }
    space.write(&numbers, 0, &[0; 64]).unwrap();
    space.write(&result, 0, &[0; 8]).unwrap();
    end(&space.submit(one()).unwrap()).await.unwrap();
}
