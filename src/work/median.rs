//! The median. Pure.

/// The middle one; of two in the middle, halfway between, rounded down.
pub fn median(values: impl Iterator<Item = u32>) -> Option<u32> {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    let (upper, lower) = (values.get(values.len() / 2)?, values.get(values.len().checked_sub(1)? / 2)?);
    Some(lower.midpoint(*upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, expected) in [(&[][..], None), (&[7], Some(7)), (&[9, 1, 4], Some(4)), (&[9, 1, 4, 7], Some(5))] {
            assert_eq!(median(values.iter().copied()), expected, "{values:?}");
        }
    }
}
