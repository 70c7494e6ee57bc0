//! Methods of forecasting a series of numbers at equal steps, each tried at every origin in one pass. Only what lies before an
//! origin is used for it. Nothing but additions, multiplications and divisions, so that all machines agree. Pure.

/// How many seasons back a value is looked for where the last one has none.
const SEASONS_BACK: usize = 6;
/// How many of them a mean is made of.
const MEAN_OF: usize = 4;
/// How much of a trend is left after each step.
const DAMPING: f64 = 0.85;

/// A way to go on with a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// As one season ago: the baseline.
    SeasonalNaive,
    /// As the same place of the last four seasons, on average.
    SeasonalMean,
    /// Exponential smoothing with additive errors, without trend, with an additive season.
    Ets { alpha: f64, gamma: f64 },
    /// Exponential smoothing with a trend that fades.
    Damped { alpha: f64, beta: f64 },
}

/// What is to be forecast of a series.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// After how many steps it repeats.
    pub season: usize,
    /// From so many steps after the last known to so many.
    pub horizons: (usize, usize),
}

impl Shape {
    /// How many steps are forecast at once.
    pub fn width(self) -> usize {
        self.horizons.1 - self.horizons.0 + 1
    }
}

impl Method {
    /// What it says at each origin from `first` to the end of the series, for each of the horizons. An origin is how many steps
    /// are known then. `first` is one season at least, of two where the method has a season of its own.
    pub fn run(self, series: &[Option<f64>], shape: Shape, first: usize) -> Vec<f64> {
        let mut said = Vec::with_capacity((series.len() + 1).saturating_sub(first) * shape.width());
        let horizons = shape.horizons.0..=shape.horizons.1;
        match self {
            Self::SeasonalNaive | Self::SeasonalMean => {
                let mut mean = Mean::of(&series[..first]);
                for origin in first..=series.len() {
                    let seasons = if self == Self::SeasonalMean { MEAN_OF } else { 1 };
                    let of = |horizon: usize| {
                        let mut found = Mean::default();
                        let known = seasons_before(series, shape.season, origin, origin + horizon - 1);
                        known.take(seasons).for_each(|value| found.add(value));
                        found.get()
                    };
                    said.extend(horizons.clone().map(|horizon| of(horizon).or(mean.get()).unwrap_or(0.0)));
                    series.get(origin).copied().flatten().into_iter().for_each(|value| mean.add(value));
                }
            }
            Self::Ets { alpha, gamma } => {
                let begin = (2 * shape.season).min(first);
                let mut level = Mean::of(&series[..begin]).get().unwrap_or(0.0);
                let mut season: Vec<f64> = (0..shape.season)
                    .map(|place| {
                        let same = series[..begin].iter().skip(place).step_by(shape.season);
                        Mean::of(&same.copied().collect::<Vec<_>>()).get().map_or(0.0, |mean| mean - level)
                    })
                    .collect();
                for origin in begin..=series.len() {
                    if origin >= first {
                        said.extend(horizons.clone().map(|horizon| level + season[(origin + horizon - 1) % shape.season]));
                    }
                    if let Some(value) = series.get(origin).copied().flatten() {
                        let place = &mut season[origin % shape.season];
                        let error = value - level - *place;
                        level += alpha * error;
                        *place += gamma * error;
                    }
                }
            }
            Self::Damped { alpha, beta } => {
                let mut level = series.iter().flatten().next().copied().unwrap_or(0.0);
                let mut trend = 0.0;
                for origin in 0..=series.len() {
                    if origin >= first {
                        let mut value = level;
                        let mut step = trend;
                        for horizon in 1..=shape.horizons.1 {
                            step *= DAMPING;
                            value += step;
                            if horizon >= shape.horizons.0 {
                                said.push(value);
                            }
                        }
                    }
                    if let Some(known) = series.get(origin) {
                        let expected = level + DAMPING * trend;
                        let next = known.map_or(expected, |value| alpha * value + (1.0 - alpha) * expected);
                        trend = beta * (next - level) + (1.0 - beta) * DAMPING * trend;
                        level = next;
                    }
                }
            }
        }
        said
    }
}

/// What a series had at the same place of the seasons before a step, the latest first, as far as it is known at an origin.
pub fn seasons_before(series: &[Option<f64>], season: usize, origin: usize, step: usize) -> impl Iterator<Item = f64> {
    let before = (1..).map_while(move |count: usize| step.checked_sub(count * season)).skip_while(move |step| *step >= origin);
    before.take(SEASONS_BACK).filter_map(|step| series.get(step).copied().flatten())
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn of(values: &[Option<f64>]) -> Self {
        let mut mean = Self::default();
        values.iter().flatten().for_each(|value| mean.add(*value));
        mean
    }

    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Shape = Shape { season: 7, horizons: (1, 7) };

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    /// What is said at the end of a series.
    fn last(method: Method, series: &[Option<f64>], shape: Shape) -> Vec<f64> {
        method.run(series, shape, series.len())
    }

    #[test]
    fn the_baseline_is_the_week_before() {
        let mut series = some(&[8.0, 7.0, 6.0, 5.0, 4.0, 0.0, 0.0, 9.0, 8.0, 7.0, 6.0, 5.0, 1.0, 0.0]);
        assert_eq!(last(Method::SeasonalNaive, &series, WEEK), [9.0, 8.0, 7.0, 6.0, 5.0, 1.0, 0.0]);
        // What is missing is looked for a week earlier, and where there is none it is the mean of all: (14·8 …).
        series[8] = None;
        series[9] = None;
        series[2] = None;
        let found = last(Method::SeasonalNaive, &series, WEEK);
        assert_eq!(found[..2], [9.0, 7.0]);
        assert!((found[2] - 45.0 / 11.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn the_mean_of_four_weeks_has_no_fifth() {
        let series: Vec<Option<f64>> = [100.0, 4.0, 3.0, 2.0, 1.0].into_iter().flat_map(|value| [Some(value); 7]).collect();
        assert_eq!(last(Method::SeasonalMean, &series, WEEK), [2.5; 7]);
    }

    #[test]
    fn smoothing_is_recomputed_by_hand() {
        // Seasons of two: level (1+3+1+3)/4 = 2, seasons −1 and 1. Then 2: error 1, level 2.5, its season −.8.
        let shape = Shape { season: 2, horizons: (1, 2) };
        let series = some(&[1.0, 3.0, 1.0, 3.0, 2.0]);
        let found = last(Method::Ets { alpha: 0.5, gamma: 0.2 }, &series, shape);
        assert!((found[0] - 3.5).abs() < 1e-9 && (found[1] - 1.7).abs() < 1e-9, "{found:?}");
        // Level 10, then 20: expected 10, level 15, trend .2·5 = 1. Two steps on: 15 + .85 + .7225.
        let steps = Shape { season: 1, horizons: (2, 2) };
        let found = last(Method::Damped { alpha: 0.5, beta: 0.2 }, &some(&[10.0, 20.0]), steps);
        assert!((found[0] - 16.5725).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn an_origin_knows_nothing_of_what_follows() {
        let series: Vec<Option<f64>> = (0..60_u32).map(|step| (step % 11 != 3).then(|| f64::from(step * 37 % 17))).collect();
        let all = [
            Method::SeasonalNaive,
            Method::SeasonalMean,
            Method::Ets { alpha: 0.2, gamma: 0.1 },
            Method::Damped { alpha: 0.4, beta: 0.1 },
        ];
        for method in all {
            let whole = method.run(&series, WEEK, 14);
            assert_eq!(whole.len(), 47 * 7);
            for origin in [14, 30, 59] {
                assert_eq!(method.run(&series[..origin], WEEK, 14)[(origin - 14) * 7..], whole[(origin - 14) * 7..][..7]);
            }
        }
    }
}
