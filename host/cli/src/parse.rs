//! Values of options: times, amounts of memory and fuel, sizes of queues, grants.

use ringhost::{Access, Folder, Randomness};
use std::time::Duration;

/// What `--random` stands for without a seed.
pub const NO_SEED: &str = "system";

/// The longest time that can be given: a year. What is meant to be endless is left out.
const LONGEST_SECONDS: f64 = 365.0 * 24.0 * 3600.0;

/// The largest queue. Queues grow as they fill, so that a large one costs nothing by itself.
const LARGEST_QUEUE: usize = 1_000_000_000;

/// A time in seconds, with decimals, such as `0.5`.
///
/// # Errors
/// If it is no number from 0 to a year.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .trim()
        .parse()
        .map_err(|_| "it is a time in seconds, such as 5 or 0.25".to_owned())?;
    if seconds.is_nan() {
        return Err("it is not a number; give a time in seconds, such as 5 or 0.25".to_owned());
    }
    if seconds < 0.0 {
        return Err("a time cannot be negative; 0 means not to wait at all".to_owned());
    }
    if seconds > LONGEST_SECONDS {
        return Err(format!(
            "a time is at most a year, {LONGEST_SECONDS} seconds"
        ));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// A time in whole seconds.
///
/// # Errors
/// If it is no whole number from 1 to a year.
pub fn whole_seconds(text: &str) -> Result<u64, String> {
    match text.trim().parse() {
        Ok(seconds @ 1..=31_536_000) => Ok(seconds),
        _ => Err("it is a whole number of seconds, from 1 to a year, such as 60".to_owned()),
    }
}

/// How many messages a queue holds.
///
/// # Errors
/// If it is no number from 1 to a thousand millions.
pub fn queue_size(text: &str) -> Result<usize, String> {
    let wrong = || format!("a queue holds 1 to {LARGEST_QUEUE} messages");
    let size = text.trim().parse().map_err(|_| wrong())?;
    check_queue_size(size).map_err(|()| wrong())
}

fn check_queue_size(size: usize) -> Result<usize, ()> {
    (1..=LARGEST_QUEUE)
        .contains(&size)
        .then_some(size)
        .ok_or(())
}

/// An amount of memory with its unit, such as `64MiB`; without one, in bytes.
///
/// # Errors
/// If it is no number, has another unit, or is 0 or more than a computer can have.
pub fn bytes(text: &str) -> Result<u64, String> {
    const FORM: &str = "it is a number of bytes, or one with the unit KB, MB, GB, KiB, MiB or GiB, \
                        such as 64MiB";
    let text = text.trim();
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(FORM.to_owned()),
    };
    if number.is_empty() {
        return Err(FORM.to_owned());
    }
    let bytes = number
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_mul(unit));
    match bytes {
        Some(0) => Err("it must be at least one byte".to_owned()),
        Some(bytes) if bytes <= 1 << 40 => Ok(bytes),
        _ => Err("it is at most 1024GiB".to_owned()),
    }
}

/// The largest message, as [`bytes`].
///
/// # Errors
/// As there, and if it is more than a message can have.
pub fn message_bytes(text: &str) -> Result<usize, String> {
    match usize::try_from(bytes(text)?) {
        Ok(bytes) if bytes <= 1 << 30 => Ok(bytes),
        _ => Err("a message is at most 1GiB".to_owned()),
    }
}

/// An amount of fuel.
///
/// # Errors
/// If it is no whole number from 1 to the largest that a manifest can have.
pub fn fuel(text: &str) -> Result<u64, String> {
    match text.trim().parse() {
        Ok(units @ 1..=9_223_372_036_854_775_807) => Ok(units),
        _ => Err("it is a whole number of units, at least 1, such as 1000000000".to_owned()),
    }
}

/// A share of the machine's cores, such as `0.25`.
///
/// # Errors
/// If it is no number above 0.
pub fn cores(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(cores) if cores > 0.0 && cores.is_finite() => Ok(cores),
        _ => Err("it is a number of cores above 0, such as 0.25 for a quarter of one".to_owned()),
    }
}

/// Where random bytes come from.
///
/// # Errors
/// If it is neither `system` nor a seed.
pub fn randomness(text: &str) -> Result<Randomness, String> {
    match text.trim() {
        NO_SEED => Ok(Randomness::System),
        seed => match seed.parse() {
            // A manifest has no room for larger ones.
            Ok(seed @ 0..=0x7fff_ffff_ffff_ffff) => Ok(Randomness::Seed(seed)),
            _ => Err(
                "a seed is a whole number, such as 42; without one, they are new on every run"
                    .to_owned(),
            ),
        },
    }
}

/// A folder that is granted, such as `data:/data` or `/tmp/out:/out:write`.
///
/// # Errors
/// If it does not have those parts.
pub fn folder(text: &str) -> Result<Folder, String> {
    let (names, access) = match text.strip_suffix(":write") {
        Some(names) => (names, Access::Write),
        None => (text, Access::Read),
    };
    match names.rsplit_once(':') {
        Some((host, guest)) if !host.is_empty() && guest.starts_with('/') => Ok(Folder {
            host: host.into(),
            guest: guest.to_owned(),
            access,
        }),
        _ => Err(
            "it is a folder and the absolute path that the kernel calls it, such as data:/data, \
             or data:/data:write"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_seconds() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds(" 0.25 "), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert_eq!(seconds("1e3"), Ok(Duration::from_secs(1000)));
        assert_eq!(seconds("31536000"), Ok(Duration::from_secs(31_536_000)));
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_reason() {
        for (text, reason) in [
            ("-1", "negative"),
            ("-inf", "negative"),
            ("nan", "not a number"),
            ("NaN", "not a number"),
            ("inf", "at most a year"),
            ("1e300", "at most a year"),
            ("31536001", "at most a year"),
            ("5s", "such as 5"),
            ("", "such as 5"),
        ] {
            let error = seconds(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn whole_seconds_are_at_least_one() {
        assert_eq!(whole_seconds("1"), Ok(1));
        assert_eq!(whole_seconds("31536000"), Ok(31_536_000));
        for text in ["0", "-1", "0.5", "31536001", "99999999999999999999", ""] {
            assert!(
                whole_seconds(text).unwrap_err().contains("from 1"),
                "{text}"
            );
        }
    }

    #[test]
    fn queues_hold_at_least_one_message() {
        assert_eq!(queue_size("1"), Ok(1));
        assert_eq!(queue_size("1000000000"), Ok(LARGEST_QUEUE));
        for text in [
            "0",
            "-1",
            "1000000001",
            "99999999999999999999",
            "many",
            "1.5",
            "",
        ] {
            assert!(queue_size(text).unwrap_err().contains("1 to"), "{text}");
        }
    }

    #[test]
    fn memory_has_units() {
        assert_eq!(bytes("1"), Ok(1));
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("64 mib"), Ok(64 << 20));
        assert_eq!(bytes("2KB"), Ok(2000));
        assert_eq!(bytes("1024GiB"), Ok(1 << 40));
        for (text, reason) in [
            ("0", "at least one"),
            ("", "number of bytes"),
            ("MiB", "number of bytes"),
            ("-1", "number of bytes"),
            ("1.5MiB", "number of bytes"),
            ("1PB", "number of bytes"),
            ("99999999999999999999GiB", "at most"),
            ("1025GiB", "at most"),
        ] {
            let error = bytes(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn fuel_and_cores_are_above_nothing() {
        assert_eq!(fuel("1"), Ok(1));
        assert_eq!(fuel("9223372036854775807"), Ok(i64::MAX as u64));
        for text in ["0", "-1", "1.5", "9223372036854775808", "all", ""] {
            assert!(fuel(text).unwrap_err().contains("at least 1"), "{text}");
        }
        assert_eq!(cores("0.25"), Ok(0.25));
        for text in ["0", "-0.0", "-1", "NaN", "inf", "1e999", "half", ""] {
            assert!(cores(text).unwrap_err().contains("above 0"), "{text}");
        }
    }

    #[test]
    fn grants_have_their_parts() {
        assert_eq!(randomness(NO_SEED), Ok(Randomness::System));
        assert_eq!(randomness("42"), Ok(Randomness::Seed(42)));
        for text in ["-1", "9223372036854775808", "dice", ""] {
            assert!(
                randomness(text).unwrap_err().contains("a seed is"),
                "{text}"
            );
        }
        let granted = |text| folder(text).map(|folder| (folder.host, folder.guest, folder.access));
        let expected = |host: &str, access| Ok((host.into(), "/data".to_owned(), access));
        assert_eq!(granted("a b:/data"), expected("a b", Access::Read));
        assert_eq!(granted("a:b:/data:write"), expected("a:b", Access::Write));
        for text in [
            "",
            ":",
            "data",
            ":/data",
            "a:data",
            "a:",
            "a:/data:all",
            ":write",
        ] {
            assert!(folder(text).unwrap_err().contains("such as"), "{text}");
        }
    }

    #[test]
    fn messages_are_smaller_than_memories() {
        assert_eq!(message_bytes("1GiB"), Ok(1 << 30));
        assert!(message_bytes("2GiB").unwrap_err().contains("at most 1GiB"));
    }
}
