//! Lengths of time as people read them: hours with two decimals. Pure.

/// Hours, rounded to two decimals (a hundredth of an hour is 36 seconds; halves are rounded up).
pub fn hours(micros: u64) -> f64 {
    const HUNDREDTH: u64 = 36_000_000;
    let hundredths = (micros.saturating_add(HUNDREDTH / 2)) / HUNDREDTH;
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 hundredths of an hour, ten billion years")]
    let hundredths = hundredths as f64;
    hundredths / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_to_hundredths() {
        let hour = 3_600_000_000;
        for (micros, expected) in [
            (0, 0.0),
            (17_999_999, 0.0),
            (18_000_000, 0.01),
            (hour, 1.0),
            (hour * 5 / 2, 2.5),
            (hour / 3, 0.33),
            (hour * 2 / 3, 0.67),
        ] {
            assert!((hours(micros) - expected).abs() < 1e-12, "{micros}");
        }
    }
}
