//! What the operations of the catalogue compute, against the same in Rust.

use super::*;
use ringhost_compute::{Element, Operator, Reduce, Scan, Sort};

/// Counts around where runs, blocks and levels begin and end.
const COUNTS: [u32; 11] = [0, 1, 2, 63, 64, 65, 128, 2048, 2049, 4100, 70_001];

const OPERATORS: [Operator; 4] = [
    Operator::Sum,
    Operator::Product,
    Operator::Minimum,
    Operator::Maximum,
];

/// A number of a buffer, and what an operator makes of two.
trait Number: Copy + PartialEq + std::fmt::Debug + 'static {
    const KIND: Element;
    fn bytes(self) -> Vec<u8>;
    fn of(bytes: &[u8]) -> Self;
    fn neutral(operator: Operator) -> Self;
    fn with(self, other: Self, operator: Operator) -> Self;
    /// So many of them, without a pattern, and with extremes.
    fn some(count: u32) -> Vec<Self>;
    /// Before, equal or behind, in the order of a sort.
    fn order(&self, other: &Self) -> std::cmp::Ordering;
}

macro_rules! number {
    ($type:ident $kind:ident $neutral:expr, $with:expr, $order:expr, $of:expr) => {
        impl Number for $type {
            const KIND: Element = Element::$kind;
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().into()
            }
            fn of(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().unwrap())
            }
            fn neutral(operator: Operator) -> Self {
                let neutral: [Self; 4] = $neutral;
                neutral[operator as usize]
            }
            fn with(self, other: Self, operator: Operator) -> Self {
                let with: fn(Self, Self, Operator) -> Self = $with;
                with(self, other, operator)
            }
            fn some(count: u32) -> Vec<Self> {
                let of: fn(u64) -> Self = $of;
                let halves = numbers(count).zip(numbers(count).map(|n| n.wrapping_mul(77_777)));
                halves
                    .map(|(low, high)| of(u64::from(high) << 32 | u64::from(low)))
                    .collect()
            }
            fn order(&self, other: &Self) -> std::cmp::Ordering {
                let order: fn(&Self, &Self) -> std::cmp::Ordering = $order;
                order(self, other)
            }
        }
    };
}

macro_rules! integer {
    ($type:ident $kind:ident) => {
        number!($type $kind [0, 1, $type::MAX, $type::MIN], |a, b, operator| match operator {
            Operator::Sum => a.wrapping_add(b),
            Operator::Product => a.wrapping_mul(b),
            Operator::Minimum => a.min(b),
            Operator::Maximum => a.max(b),
        }, Ord::cmp, |bits| bits as $type);
    };
}

macro_rules! float {
    ($type:ident $kind:ident) => {
        number!($type $kind [0.0, 1.0, $type::INFINITY, $type::NEG_INFINITY], |a, b, operator| match operator {
            Operator::Sum => a + b,
            Operator::Product => a * b,
            Operator::Minimum => a.min(b),
            Operator::Maximum => a.max(b),
        }, $type::total_cmp, |bits| ((bits % 20_011) as $type / 20_011.0 + 0.5) * [1.0, -1.0][bits as usize % 2]);
    };
}

integer!(i32 I32);
integer!(u32 U32);
integer!(i64 I64);
integer!(u64 U64);
float!(f32 F32);
float!(f64 F64);

fn filled<T: Number>(space: &Space, numbers: &[T]) -> Buffer {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.bytes()).collect();
    let buffer = space.allocate(u32::try_from(bytes.len()).unwrap()).unwrap();
    space.write(&buffer, 0, &bytes).unwrap();
    buffer
}

async fn read_all<T: Number>(space: &Space, buffer: &Buffer) -> Vec<T> {
    let bytes = read(space, buffer).await;
    bytes.chunks(size_of::<T>()).map(T::of).collect()
}

async fn done(space: &Space, command: Command) {
    end(&space.submit(vec![command]).unwrap()).await.unwrap();
}

/// In the order that the contract says.
fn reduced<T: Number>(numbers: &[T], operator: Operator) -> T {
    let fold = |numbers: &mut dyn Iterator<Item = T>| {
        numbers.fold(T::neutral(operator), |sum, x| sum.with(x, operator))
    };
    if numbers.len() <= 64 {
        return fold(&mut numbers.iter().copied());
    }
    let results: Vec<_> = (numbers.chunks(2048))
        .flat_map(|block| {
            (0..block.len().min(32))
                .map(move |lane| fold(&mut block.iter().skip(lane).step_by(32).copied()))
        })
        .collect();
    reduced(&results, operator)
}

fn scanned<T: Number>(numbers: &[T], operator: Operator, is_exclusive: bool) -> Vec<T> {
    let with = |sum: T, x| sum.with(x, operator);
    let runs = numbers.chunks(64);
    let seeds = match runs.len() {
        0 | 1 => vec![T::neutral(operator)],
        _ => {
            let sums: Vec<_> = runs
                .map(|run| {
                    run.iter()
                        .fold(T::neutral(operator), |sum, &x| with(sum, x))
                })
                .collect();
            scanned(&sums, operator, true)
        }
    };
    let mut results = Vec::new();
    for (run, mut sum) in numbers.chunks(64).zip(seeds) {
        for &x in run {
            let before = sum;
            sum = with(sum, x);
            results.push(if is_exclusive { before } else { sum });
        }
    }
    results
}

async fn folds<T: Number>() {
    let space = space("");
    for count in COUNTS {
        let numbers = T::some(count);
        let from = filled(&space, &numbers);
        let size = u32::try_from(size_of::<T>()).unwrap();
        let (one, all) = (
            space.allocate(size).unwrap(),
            space.allocate(count * size).unwrap(),
        );
        for operator in OPERATORS {
            let reduce = Reduce {
                kind: T::KIND,
                operator,
                from: from.clone(),
                from_offset: 0,
                count,
                to: one.clone(),
                to_offset: 0,
            };
            done(&space, Command::Reduce(reduce)).await;
            let result = read_all::<T>(&space, &one).await;
            assert_eq!(
                result,
                [reduced(&numbers, operator)],
                "{count} {operator:?}"
            );
            for is_exclusive in [false, true] {
                let scan = Scan {
                    kind: T::KIND,
                    operator,
                    is_exclusive,
                    from: from.clone(),
                    from_offset: 0,
                    count,
                    to: all.clone(),
                    to_offset: 0,
                };
                done(&space, Command::Scan(scan)).await;
                let results = read_all::<T>(&space, &all).await;
                let expected = scanned(&numbers, operator, is_exclusive);
                assert!(results == expected, "{count} {operator:?} {is_exclusive}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn short_numbers_are_reduced_and_scanned_in_the_order_of_the_contract() {
    folds::<i32>().await;
    folds::<u32>().await;
    folds::<f32>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_numbers_are_reduced_and_scanned_in_the_order_of_the_contract() {
    folds::<i64>().await;
    folds::<u64>().await;
    folds::<f64>().await;
}

/// Keys of which many are equal, with their places as values.
async fn sorts<T: Number>(numbers: Vec<T>) {
    let space = space("");
    for is_descending in [false, true] {
        for has_values in [false, true] {
            let count = u32::try_from(numbers.len()).unwrap();
            let places: Vec<u32> = (0..count).collect();
            let (keys, values) = (filled(&space, &numbers), filled(&space, &places));
            let sort = Sort {
                kind: T::KIND,
                is_descending,
                keys: keys.clone(),
                keys_offset: 0,
                count,
                values: has_values.then(|| (values.clone(), 0)),
            };
            done(&space, Command::Sort(sort)).await;
            let mut expected = places.clone();
            let key = |place: &u32| &numbers[*place as usize];
            expected.sort_by(|one, other| match is_descending {
                true => key(other).order(key(one)),
                false => key(one).order(key(other)),
            });
            let bytes: Vec<u8> = expected
                .iter()
                .flat_map(|place| key(place).bytes())
                .collect();
            let case = format!("{:?} {count} {is_descending} {has_values}", T::KIND);
            assert!(read(&space, &keys).await == bytes, "{case}");
            let expected = if has_values { expected } else { places };
            assert!(read_u32(&space, &values).await == expected, "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn integers_are_sorted_with_their_values_and_equal_ones_stay_in_order() {
    for count in [0, 1, 2, 127, 128, 129, 5_000] {
        sorts(i32::some(count).iter().map(|n| n % 1000).collect()).await;
        sorts(i64::some(count)).await;
    }
    sorts(u32::some(3_000)).await;
    sorts(u64::some(3_000)).await;
    sorts(vec![i32::MAX, -1, 0, i32::MIN, 1]).await;
    sorts(vec![i64::MAX, -1, 0, i64::MIN, 1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floats_are_sorted_in_total_order() {
    let odd = [
        -0.0,
        f64::NAN,
        0.0,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        5e-324,
        -1.0,
    ];
    sorts(odd.to_vec()).await;
    sorts(odd.map(|float| float as f32).to_vec()).await;
    sorts(f32::some(3_000)).await;
    sorts(f64::some(3_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nan_is_what_its_sum_minimum_and_maximum_is_and_minus_zero_is_less_than_zero() {
    let space = space("");
    let numbers = [1.0, f32::NAN, -3.0];
    let zeros = [0.0, -0.0_f32, 0.0];
    for (numbers, operator, expected) in [
        (numbers, Operator::Sum, f32::NAN),
        (numbers, Operator::Minimum, f32::NAN),
        (numbers, Operator::Maximum, f32::NAN),
        (zeros, Operator::Minimum, -0.0),
        (zeros, Operator::Maximum, 0.0),
    ] {
        let (from, to) = (filled(&space, &numbers), space.allocate(4).unwrap());
        let reduce = Reduce {
            kind: Element::F32,
            operator,
            from,
            from_offset: 0,
            count: 3,
            to: to.clone(),
            to_offset: 0,
        };
        done(&space, Command::Reduce(reduce)).await;
        assert_eq!(
            read(&space, &to).await,
            expected.to_le_bytes(),
            "{operator:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_work_in_parts_of_buffers_and_in_place_and_in_plans() {
    let space = space("");
    let buffer = filled(&space, &[9_u32, 4, 3, 2, 1, 9]);
    let sort = Command::Sort(Sort {
        kind: Element::U32,
        is_descending: false,
        keys: buffer.clone(),
        keys_offset: 4,
        count: 4,
        values: None,
    });
    let scan = Command::Scan(Scan {
        kind: Element::U32,
        operator: Operator::Sum,
        is_exclusive: false,
        from: buffer.clone(),
        from_offset: 4,
        count: 4,
        to: buffer.clone(),
        to_offset: 4,
    });
    let reduce = Command::Reduce(Reduce {
        kind: Element::U32,
        operator: Operator::Sum,
        from: buffer.clone(),
        from_offset: 0,
        count: 5,
        to: buffer.clone(),
        to_offset: 20,
    });
    let plan = space.plan(vec![sort, scan, reduce]).unwrap();
    let stats = end(&plan.run(1).unwrap()).await.unwrap();
    assert_eq!(read_u32(&space, &buffer).await, [9, 1, 3, 6, 10, 29]);
    // Of eight digits three launches each, and one for each of the others.
    assert_eq!(stats.launches, 8 * 3 + 2);
    end(&plan.run(3).unwrap()).await.unwrap();
    assert_eq!(read_u32(&space, &buffer).await, [9, 1, 6, 21, 56, 93]);
}
