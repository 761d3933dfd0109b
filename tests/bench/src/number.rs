//! Numbers as people read them.

/// Three digits that count, and thousands apart: `0.352`, `35.2`, `352`, `3 520`, `3.52 M`.
pub fn number(figure: f64) -> String {
    let size = figure.abs();
    if !figure.is_finite() {
        return figure.to_string();
    }
    match size {
        0.0 => "0".to_owned(),
        _ if size >= 1e6 => format!("{} M", number(figure / 1e6)),
        _ if size >= 999.5 => {
            let whole = figure.round() as i64;
            format!("{} {:03}", whole / 1000, (whole % 1000).abs())
        }
        _ if size >= 99.95 => format!("{figure:.0}"),
        _ if size >= 9.995 => format!("{figure:.1}"),
        _ if size >= 0.9995 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

/// A number that is exact: `0.1`, `5`, `16`, `65 536`, `2 M`.
pub fn whole(figure: f64) -> String {
    if figure >= 1e6 {
        format!("{} M", figure / 1e6)
    } else if figure >= 1000.0 {
        number(figure)
    } else {
        figure.to_string()
    }
}

/// What to multiply figures with, and their unit then, so that one as large as this is easy to read:
/// long times are no longer given in nanoseconds.
pub fn scale(figure: f64, unit: &str) -> (f64, &str) {
    match unit {
        "ns" if figure >= 1e7 => (1e-6, "ms"),
        "ns" if figure >= 1e4 => (1e-3, "µs"),
        "µs" if figure >= 1e4 => (1e-3, "ms"),
        unit => (1.0, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, scale, whole};

    #[test]
    fn a_number_has_three_digits_that_count() {
        let shown = [
            0.0,
            0.3517,
            1.0,
            9.999,
            35.17,
            351.7,
            999.9,
            35170.0,
            3_517_000.0,
        ];
        let expected = [
            "0", "0.352", "1.00", "10.0", "35.2", "352", "1 000", "35 170", "3.52 M",
        ];
        assert_eq!(shown.map(number), expected);
    }

    #[test]
    fn an_exact_number_has_no_more_digits_than_it_needs() {
        let shown = [0.1, 5.0, 16.0, 65536.0, 2e6].map(whole);
        assert_eq!(shown, ["0.1", "5", "16", "65 536", "2 M"]);
    }

    #[test]
    fn long_times_have_another_unit() {
        assert_eq!(scale(1950.0, "ns"), (1.0, "ns"));
        assert_eq!(scale(3.5e6, "ns"), (1e-3, "µs"));
        assert_eq!(scale(19_500.0, "µs"), (1e-3, "ms"));
        assert_eq!(scale(1e9, "messages/s"), (1.0, "messages/s"));
    }
}
