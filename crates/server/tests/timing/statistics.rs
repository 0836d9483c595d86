//! Two samples of times: could they be of one kind?

/// The two-sample Kolmogorov–Smirnov test: the probability that samples of one distribution differ as much as these. From
/// the asymptotic distribution, which is good for more than a few dozen values.
pub fn ks(one: &[f64], other: &[f64]) -> f64 {
    let sorted = |sample: &[f64]| {
        let mut sample = sample.to_vec();
        sample.sort_by(f64::total_cmp);
        sample
    };
    let (one, other) = (sorted(one), sorted(other));
    let (mut i, mut j, mut distance) = (0, 0, 0_f64);
    while i < one.len() && j < other.len() {
        if one[i] <= other[j] {
            i += 1
        } else {
            j += 1
        }
        distance = distance.max((i as f64 / one.len() as f64 - j as f64 / other.len() as f64).abs());
    }
    let effective = (one.len() as f64 * other.len() as f64 / (one.len() + other.len()) as f64).sqrt();
    let lambda = (effective + 0.12 + 0.11 / effective) * distance;
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |k: i32| f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// Welch's t of two samples without their slowest tenths, which are the machine's and not the code's.
pub fn welch(one: &[f64], other: &[f64]) -> f64 {
    let mut all = [one, other].concat();
    all.sort_by(f64::total_cmp);
    let bound = all[all.len() * 9 / 10];
    let moments = |sample: &[f64]| {
        let kept: Vec<f64> = sample.iter().copied().filter(|time| *time <= bound).collect();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean, error), (other_mean, other_error)) = (moments(one), moments(other));
    (mean - other_mean) / (error + other_error).sqrt()
}
