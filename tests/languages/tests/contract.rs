//! Every kernel is held to every behaviour, a language a test.

use ringhost_languages::{BEHAVIOURS, LANGUAGES, Outcome, check};
use ringhost_tests::is_there;

async fn keeps_the_contract(name: &str) {
    let language = LANGUAGES.iter().find(|language| language.name == name);
    let language = language.expect("it is one of the languages");
    if !is_there(language.conformance) {
        return;
    }
    let mut broken = Vec::new();
    for behaviour in &BEHAVIOURS {
        if let Outcome::Broken(why) = check(language, behaviour).await {
            broken.push(format!("{}: {why}", behaviour.name));
        }
    }
    assert!(broken.is_empty(), "{name}\n{}", broken.join("\n"));
}

macro_rules! languages {
    ($($test:ident: $name:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            keeps_the_contract($name).await;
        })*

        #[test]
        fn none_is_left_out() {
            let tested = [$($name,)*];
            let all: Vec<_> = LANGUAGES.iter().map(|language| language.name).collect();
            assert_eq!(tested.as_slice(), all);
        }
    };
}

languages![
    rust: "Rust",
    c: "C",
    cpp: "C++",
    zig: "Zig",
    assemblyscript: "AssemblyScript",
    typescript: "TypeScript",
    javascript: "JavaScript",
    python: "Python",
    go: "Go",
    wat: "WAT",
];
