//! Typed messages in every language: the same declarations, the same bytes, the same words where a
//! message is none.

mod everything;

use everything::Everything;
use ringhost::message::{decode, encode};
use ringhost::{Ending, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, kernel, root, runtime, start};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

const DOUBLERS: [&str; 9] = [
    "assemblyscript-doubler",
    "c-doubler",
    "cpp-doubler",
    "go-doubler",
    "javascript-doubler",
    "python-doubler",
    "typescript-doubler",
    "wat-doubler",
    "zig-doubler",
];

const WORDCOUNTS: [&str; 9] = [
    "assemblyscript-wordcount",
    "c-wordcount",
    "cpp-wordcount",
    "go-wordcount",
    "javascript-wordcount",
    "python-wordcount",
    "typescript-wordcount",
    "wat-wordcount",
    "zig-wordcount",
];

/// Kernels that read a value of every type and write it again. JavaScript's is TypeScript's.
const MIRRORS: [&str; 5] = [
    "c-mirror",
    "cpp-mirror",
    "python-mirror",
    "typescript-mirror",
    "zig-mirror",
];

#[derive(Serialize)]
struct Request {
    value: i64,
}

#[derive(Deserialize)]
struct Counts {
    words: Vec<(String, u64)>,
    total: u64,
    remaining: u32,
}

/// Those of the kernels that could be built.
fn built(names: &[&'static str]) -> impl Iterator<Item = &'static str> {
    names.iter().copied().filter(|name| is_there(name))
}

async fn call(runtime: &RingKernelRuntime, kernel: &str, payload: &[u8]) -> Vec<u8> {
    let called = runtime
        .call_timeout(kernel, payload.to_vec(), PATIENCE)
        .await;
    let reply = called.unwrap_or_else(|error| panic!("{kernel}: {error}"));
    reply.payload.into()
}

#[tokio::test]
async fn each_kernel_declares_what_the_one_in_rust_does() {
    let runtime = runtime();
    for (rust, kernels) in [("doubler", &DOUBLERS[..]), ("wordcount", &WORDCOUNTS)] {
        let declared = runtime.inspect(kernel(rust)).await.unwrap().messages;
        assert!(declared.output.is_some());
        for name in built(kernels) {
            let messages = runtime.inspect(kernel(name)).await.unwrap().messages;
            assert_eq!(messages, declared, "{name}");
        }
    }
}

#[tokio::test]
async fn each_doubler_answers_as_the_one_in_rust() {
    let runtime = runtime();
    start(&runtime, "doubler").await;
    for name in built(&DOUBLERS) {
        start(&runtime, name).await;
        for value in [0, 21, -3, 63, 64, -64, -65, 1 << 40, i64::MAX, i64::MIN] {
            let request = encode(&Request { value }).unwrap();
            let expected = call(&runtime, "doubler", &request).await;
            assert_eq!(decode::<i64>(&expected).unwrap(), value.wrapping_mul(2));
            assert_eq!(call(&runtime, name, &request).await, expected, "{name}");
        }
    }
}

/// The answers to a text, up to the one that says that no more follow.
async fn counted(runtime: &RingKernelRuntime, kernel: &str, text: &[u8]) -> Vec<Vec<u8>> {
    runtime.send(kernel, text.to_vec()).await.unwrap();
    let mut answers = Vec::new();
    loop {
        let answer = runtime.receive_timeout(kernel, PATIENCE).await;
        let answer: Vec<u8> = answer
            .unwrap_or_else(|error| panic!("{kernel}: {error}"))
            .payload
            .into();
        let counts: Counts = decode(&answer).unwrap();
        assert!(counts.total >= counts.words.len() as u64);
        answers.push(answer);
        if counts.remaining == 0 {
            return answers;
        }
    }
}

#[tokio::test]
async fn each_wordcount_answers_as_the_one_in_rust() {
    let long = "x".repeat(257);
    let many: String = (0..30_000).map(|word| format!("word{word} ")).collect();
    let texts: [&[u8]; 9] = [
        b"The cat, the hat.",
        b"",
        b"a CAT!",
        "Ärger 42 über_Ärger ДА да".as_bytes(),
        b"a\xffb \xe2\x82 c\xf0\x9f\x92 d\xc0\xaf e\xed\xa0\x80f",
        long.as_bytes(),
        &long.as_bytes()[1..],
        "...".as_bytes(),
        many.as_bytes(),
    ];
    let runtime = runtime();
    start(&runtime, "wordcount").await;
    let mut expected = Vec::new();
    for text in texts {
        expected.push(counted(&runtime, "wordcount", text).await);
    }
    assert!(expected.last().unwrap().len() > 1);
    for name in built(&WORDCOUNTS) {
        start(&runtime, name).await;
        for (text, expected) in texts.iter().zip(&expected) {
            let answers = counted(&runtime, name, text).await;
            assert!(answers == *expected, "{name}: {:?}", text.escape_ascii());
        }
    }
}

#[tokio::test]
async fn a_message_that_is_no_request_ends_a_kernel_with_words() {
    let runtime = runtime();
    for name in built(&DOUBLERS) {
        for (payload, problem) in [
            (&[][..], "ends inside field \"value\""),
            (&[0x80], "ends inside field \"value\""),
            (&[0xff; 10], "has no i64 in field \"value\""),
            (&[2, 2], "goes on after its end"),
        ] {
            start(&runtime, name).await;
            let id = runtime.send(name, payload.to_vec()).await.unwrap();
            let Ending::Failed(words) = runtime.wait(name).await.unwrap() else {
                panic!("{name} did not fail");
            };
            let whose = match name {
                // It is written by hand, and can write no numbers.
                "wat-doubler" => "the message".to_owned(),
                _ => format!("message {id}"),
            };
            let expected = format!("{whose} is no Request: {problem}");
            assert!(words.contains(&expected), "{name}: {words}");
            runtime.remove(name).unwrap();
        }
    }
}

#[test]
fn the_kernels_that_are_compared_declare_the_same() {
    let declaration = |kernel: &str| {
        let (language, name) = kernel.split_once('-').unwrap();
        let path = root().join("kernels").join(language).join(name);
        std::fs::read_to_string(path.join("messages.json")).unwrap()
    };
    for kernels in [&DOUBLERS[..], &WORDCOUNTS, &MIRRORS] {
        let declarations: HashSet<_> = kernels.iter().map(|name| declaration(name)).collect();
        assert_eq!(declarations.len(), 1, "{kernels:?}");
    }
}

#[tokio::test]
async fn values_of_every_type_come_back_as_postcard_has_them() {
    let runtime = runtime();
    for name in built(&MIRRORS) {
        start(&runtime, name).await;
        for value in [Everything::least(), Everything::plain(), Everything::most()] {
            let payload = encode(&value).unwrap();
            assert_eq!(decode::<Everything>(&payload).unwrap(), value);
            let reply = call(&runtime, name, &payload).await;
            assert!(reply == *payload, "{name}: {}", reply.escape_ascii());
        }
    }
}

/// What a mirror says of a payload, without the number of the message.
async fn said(runtime: &RingKernelRuntime, kernel: &str, payload: &[u8]) -> Option<String> {
    let reply = call(runtime, kernel, payload).await;
    let words = reply.strip_prefix(b"message ")?;
    let words = String::from_utf8(words.to_vec()).unwrap();
    let (number, words) = words.split_once(" is no Everything: ").unwrap();
    assert!(number.parse::<u64>().is_ok());
    Some(words.to_owned())
}

#[tokio::test]
async fn each_part_of_a_message_is_refused_with_its_field_and_byte() {
    let runtime = runtime();
    let mirrors: Vec<_> = built(&MIRRORS).collect();
    for name in &mirrors {
        start(&runtime, name).await;
    }
    let payload = encode(&Everything::plain()).unwrap();
    for length in 0..payload.len() {
        let mut first = None;
        for name in &mirrors {
            let words = said(&runtime, name, &payload[..length]).await.unwrap();
            assert!(words.starts_with("ends inside field \""), "{words}");
            let (_, byte) = words.rsplit_once("(at byte ").unwrap();
            assert!(byte.trim_end_matches(')').parse::<usize>().unwrap() <= length);
            assert_eq!(*first.get_or_insert(words.clone()), words, "{name}");
        }
    }
}

#[tokio::test]
async fn without_integers_of_128_bits_a_language_has_the_rest() {
    if !is_there("c-mirror") {
        return;
    }
    let runtime = runtime();
    start(&runtime, "c-mirror").await;
    for name in built(&["assemblyscript-mirror", "go-mirror"]) {
        start(&runtime, name).await;
        for value in [Everything::least(), Everything::plain(), Everything::most()] {
            let payload = encode(&value).unwrap();
            let (payload, _) = payload.split_at(payload.len() - value.wide_length());
            let reply = call(&runtime, name, payload).await;
            assert!(reply == *payload, "{name}: {}", reply.escape_ascii());
        }
        let plain = Everything::plain();
        let payload = encode(&plain).unwrap();
        for length in 0..payload.len() - plain.wide_length() {
            let expected = said(&runtime, "c-mirror", &payload[..length]).await;
            let words = said(&runtime, name, &payload[..length]).await;
            assert_eq!(words, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_changed_in_a_message_is_told_alike_in_every_language() {
    let runtime = runtime();
    let mirrors: Vec<_> = built(&MIRRORS).collect();
    let Some((first, others)) = mirrors.split_first() else {
        return;
    };
    for name in &mirrors {
        start(&runtime, name).await;
    }
    let payload = encode(&Everything::plain()).unwrap();
    let mut problems = HashSet::new();
    for at in 0..payload.len() {
        for byte in [0x01, 0x7f, 0x80, 0xff] {
            let mut changed = payload.to_vec();
            changed[at] = byte;
            let reply = call(&runtime, first, &changed).await;
            let expected = said(&runtime, first, &changed).await;
            match &expected {
                Some(words) => {
                    problems.extend(words.split(" in").next().map(str::to_owned));
                }
                // What is taken is what postcard reads, too.
                None => {
                    let value: Everything = decode(&changed).unwrap();
                    assert!(reply == *encode(&value).unwrap(), "byte {at} as {byte:#x}");
                }
            }
            for name in others {
                let words = said(&runtime, name, &changed).await;
                assert_eq!(words, expected, "{name}, byte {at} as {byte:#x}");
                if words.is_none() {
                    let same = call(&runtime, name, &changed).await == reply;
                    assert!(same, "{name}, byte {at} as {byte:#x}");
                }
            }
        }
    }
    // Each kind of problem has occurred.
    for problem in [
        "ends",
        "has no bool",
        "has no u16",
        "has no char",
        "has no string",
        "has no option",
    ] {
        assert!(
            problems.iter().any(|said| said.starts_with(problem)),
            "{problem}: {problems:?}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let runtime = runtime();
    let plain = Everything::plain();
    let payload = encode(&plain).unwrap();
    let changed = |at: usize, byte: u8| {
        let mut changed = payload.to_vec();
        changed[at] = byte;
        changed
    };
    let mut longer = payload.to_vec();
    longer.push(0);
    // Their number takes three bytes, and they take none.
    let endless = plain.with_units(1 << 20);
    let end = payload.len();
    for name in built(&MIRRORS) {
        start(&runtime, name).await;
        for (payload, expected) in [
            (
                changed(0, 2),
                "has no bool in field \"flag\" (at byte 0)".to_owned(),
            ),
            (
                longer.clone(),
                format!("goes on after its end (at byte {end})"),
            ),
            (
                Vec::new(),
                "ends inside field \"flag\" (at byte 0)".to_owned(),
            ),
        ] {
            assert_eq!(
                said(&runtime, name, &payload).await,
                Some(expected),
                "{name}"
            );
        }
        let words = said(&runtime, name, &encode(&endless).unwrap())
            .await
            .unwrap();
        assert!(
            words.starts_with("has too many elements in field \"units\""),
            "{name}: {words}"
        );
    }
}

#[derive(Serialize)]
enum Pack {
    Pack(Vec<u8>),
    Unpack(Vec<u8>),
}

#[derive(Debug, PartialEq, Deserialize)]
enum PackerAnswer {
    Packed(Vec<u8>),
    Unpacked(Vec<u8>),
    Refused(String),
}

async fn packer(runtime: &RingKernelRuntime, request: &Pack) -> PackerAnswer {
    let request = encode(request).unwrap();
    decode(&call(runtime, "c-packer", &request).await).unwrap()
}

#[tokio::test]
async fn what_is_packed_is_shorter_and_unpacks_to_the_same() {
    if !is_there("c-packer") {
        return;
    }
    let runtime = runtime();
    start(&runtime, "c-packer").await;
    let mixed: Vec<u8> = (0..60_000u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for (bytes, most) in [
        (Vec::new(), 0),
        (b"abc".to_vec(), 4),
        (vec![7; 200_000], 5000),
        (b"the ring of the ring of the ring ".repeat(1000), 1100),
        (mixed, 60_500),
    ] {
        let PackerAnswer::Packed(packed) = packer(&runtime, &Pack::Pack(bytes.clone())).await
        else {
            panic!("{} bytes are not packed", bytes.len());
        };
        assert!(packed.len() <= most, "{} to {}", bytes.len(), packed.len());
        let unpacked = packer(&runtime, &Pack::Unpack(packed)).await;
        assert!(unpacked == PackerAnswer::Unpacked(bytes));
    }
}

#[tokio::test]
async fn what_was_never_packed_is_refused() {
    if !is_there("c-packer") {
        return;
    }
    let runtime = runtime();
    start(&runtime, "c-packer").await;
    let endless = [[0u8, 7].to_vec(), [255, 1, 0].repeat(20_000)].concat();
    for (bytes, words) in [
        (vec![5, 1, 2], "it ends inside a run"),
        (vec![128, 1], "it ends inside a run"),
        (vec![0, 1, 128, 2, 0], "it repeats what was never there"),
        (vec![0, 1, 128, 0, 0], "it repeats what was never there"),
        (endless, "it unpacks to more than a message holds"),
    ] {
        let refused = packer(&runtime, &Pack::Unpack(bytes)).await;
        assert_eq!(refused, PackerAnswer::Refused(words.to_owned()));
    }
}
