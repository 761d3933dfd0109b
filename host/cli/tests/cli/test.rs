//! `ringhost test`.

use crate::support::{Outcome, outcome, ringhost};
use std::fs;
use tempfile::TempDir;

/// A kernel that echoes, with these cases.
fn test(cases: &str) -> Outcome {
    let folder = TempDir::new().unwrap();
    let new = ["new", "echoer", "--lang", "wat"];
    outcome(ringhost().current_dir(&folder).args(new), "").succeeds();
    fs::write(folder.path().join("echoer/cases.toml"), cases).unwrap();
    outcome(ringhost().current_dir(&folder).args(["test", "echoer"]), "")
}

#[test]
fn answers_are_compared_case_by_case() {
    let tested = test(
        "[[case]]\nname = 'echoes'\nsend = ['a', 'größer']\nexpect = ['a', 'größer']\n\
         [[case]]\nname = 'shouts'\nsend = ['a']\nexpect = ['A']\n\
         [[case]]\nname = 'says more'\nsend = ['a']\nexpect = ['a', 'b']\n\
         [[case]]\nname = 'is silent'\nsend = ['a']\n\
         [[case]]\nname = 'fails'\nfails = 'no'\n",
    );
    assert_eq!(tested.code, 1);
    let expected = "\
echoes ... ok
shouts ... FAILED
    answer 1
    expected A
    it sent  a
says more ... FAILED
    answer 2
    expected b
    it sent  nothing
is silent ... FAILED
    answer 1
    expected nothing
    it sent  a
fails ... FAILED
    it was to fail with \"no\", and did not
1 passed, 4 failed
";
    assert_eq!(tested.text(), expected);
}

#[test]
fn cases_that_are_none_are_told_with_what_one_is() {
    test("").fails(2, &["cases.toml"]);
    test("case = []").fails(2, &["cases.toml has no case"]);
    test("[[case]]\nname = 'a'\nsent = []").fails(2, &["cases.toml", "line 3"]);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("kernel.wat"), "(module)").unwrap();
    let tested = outcome(ringhost().arg("test").arg(folder.path()), "");
    assert_eq!(tested.code, 2);
    assert!(tested.errors.contains("[[case]]"), "{}", tested.errors);
}

#[test]
fn what_does_not_compile_is_told_as_its_compiler_does() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("kernel.wat"), "(module (nonsense))").unwrap();
    fs::write(folder.path().join("cases.toml"), "[[case]]\nname = 'a'").unwrap();
    let tested = outcome(ringhost().arg("test").arg(folder.path()), "");
    assert_eq!(tested.code, 1, "{}", tested.errors);
    assert!(
        tested.errors.contains("kernel.wat:1:10"),
        "{}",
        tested.errors
    );
}

#[test]
fn files_may_begin_with_a_mark_of_their_encoding_and_end_lines_with_two_letters() {
    let folder = TempDir::new().unwrap();
    let new = ["new", "echoer", "--lang", "wat"];
    outcome(ringhost().current_dir(&folder).args(new), "").succeeds();
    let project = folder.path().join("echoer");
    fs::write(
        project.join("messages.json"),
        r#"{"input": "string", "output": "string"}"#,
    )
    .unwrap();
    let cases = "[[case]]\nname = 'echoes'\nsend = ['\"a\"']\nexpect = ['\"a\"']\n";
    fs::write(project.join("cases.toml"), cases).unwrap();
    for file in ["kernel.wat", "messages.json", "cases.toml", "kernel.toml"] {
        let text = fs::read_to_string(project.join(file)).unwrap();
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        fs::write(project.join(file), text).unwrap();
    }
    let tested = outcome(ringhost().current_dir(&folder).args(["test", "echoer"]), "");
    assert_eq!(
        tested.succeeds().text(),
        "echoes ... ok\n1 passed, 0 failed\n"
    );
}
