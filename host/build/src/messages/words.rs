//! Names as a language takes them.

/// A name, with a `_` behind it where a language keeps it for itself.
///
/// A name that looks like such a one is given a `_` too, so that two names never become one.
pub(super) fn escaped(name: &str, kept: &[&str]) -> String {
    match kept.contains(&name.trim_end_matches('_')) {
        true => format!("{name}_"),
        false => name.to_owned(),
    }
}

/// `HttpRequest` as `http_request`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| *before != '_')
            && (before.is_some_and(|before| !before.is_ascii_uppercase())
                || after.is_some_and(char::is_ascii_lowercase));
        if begins {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_word_is_never_another_name() {
        let names = ["class", "class_", "class__", "classes"];
        let escaped = names.map(|name| escaped(name, &["class"]));
        assert_eq!(escaped, ["class_", "class__", "class___", "classes"]);
    }

    #[test]
    fn names_of_types_become_names_of_functions() {
        for (name, expected) in [
            ("Request", "request"),
            ("HttpRequest", "http_request"),
            ("HTTPRequest", "http_request"),
            ("Point3d", "point3d"),
            ("already_so", "already_so"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }
}
