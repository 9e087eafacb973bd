//! Medians, percentiles and spreads of small samples.

/// The middle value; 0 for nothing.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// The value below which so many per cent lie, between neighbours in proportion; 0 for nothing.
pub fn percentile(values: &[f64], per_cent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = per_cent.clamp(0.0, 100.0) / 100.0 * float(last);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the last index")]
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    (sorted[above] - sorted[below]).mul_add(place - place.floor(), sorted[below])
}

/// How far apart the extremes are, as a share of the median; 0 for fewer than two values.
pub fn spread(values: &[f64]) -> f64 {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = median(values);
    if values.len() < 2 || middle == 0.0 { 0.0 } else { (high - low) / middle }
}

/// A count as a float: no count here comes near the 52 bits a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub const fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        near(median(&[3.0, 1.0, 2.0]), 2.0);
        near(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        near(median(&[7.0]), 7.0);
        near(median(&[]), 0.0);
    }

    #[test]
    fn percentiles_lie_between_their_neighbours() {
        let hundred: Vec<f64> = (1..=101).map(f64::from).collect();
        near(percentile(&hundred, 0.0), 1.0);
        near(percentile(&hundred, 99.0), 100.0);
        near(percentile(&hundred, 99.5), 100.5);
        near(percentile(&hundred, 100.0), 101.0);
        near(percentile(&hundred, 250.0), 101.0);
    }

    #[test]
    fn the_spread_is_a_share_of_the_median() {
        near(spread(&[8.0, 10.0, 11.0]), 0.3);
        near(spread(&[5.0]), 0.0);
        near(spread(&[0.0, 0.0]), 0.0);
    }
}
