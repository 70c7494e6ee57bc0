//! How a companion is built at each stage, and how its body is drawn. The body is symmetric: two cubic curves a side, from the
//! top by the widest point to the bottom.

use super::{MIDDLE, pen::d};
use crate::companion::looks::Stage;

/// The proportions of a stage.
pub struct Build {
    pub height: f64,
    pub width: f64,
    /// How pointed the top is, from 0.40 of an egg to 0.60 of a ball.
    pub roundness: f64,
    /// Where it is widest, of the height from the top.
    pub widest: f64,
    pub eyes: Eyes,
}

/// Low, far apart and large in the young: most of the charm is in these.
pub struct Eyes {
    /// Of the height of the body from the top.
    pub height: f64,
    /// From the middle of the face to that of an eye.
    pub apart: f64,
    pub rx: f64,
    pub ry: f64,
}

impl Build {
    pub fn of(stage: Stage) -> Self {
        let (height, width, roundness, widest, [eyes, apart, rx, ry]) = match stage {
            Stage::Egg => (134.0, 108.0, 0.42, 0.62, [0.56, 20.0, 7.5, 9.0]),
            Stage::Hatchling => (98.0, 104.0, 0.60, 0.56, [0.42, 24.0, 10.5, 12.5]),
            Stage::Child => (104.0, 112.0, 0.60, 0.58, [0.49, 27.0, 11.0, 13.5]),
            Stage::Teen => (122.0, 108.0, 0.56, 0.62, [0.45, 25.0, 10.5, 13.0]),
            Stage::Adult => (136.0, 132.0, 0.56, 0.64, [0.43, 29.0, 11.0, 13.5]),
            Stage::Elder => (132.0, 138.0, 0.58, 0.64, [0.42, 28.0, 10.0, 12.0]),
        };
        Self { height, width, roundness, widest, eyes: Eyes { height: eyes, apart, rx, ry } }
    }
}

/// Where a body stands.
pub struct Frame {
    pub top: f64,
    pub bottom: f64,
    pub height: f64,
    pub width: f64,
}

impl Frame {
    /// A height on the body, of its own from the top.
    pub fn down(&self, share: f64) -> f64 {
        self.top + self.height * share
    }

    /// The outline of the body.
    pub fn outline(&self, build: &Build) -> String {
        let (half, x) = (self.width / 2.0, MIDDLE);
        let widest = self.down(build.widest);
        let upper = widest - (widest - self.top) * 0.52;
        let lower = widest + (self.bottom - widest) * 0.62;
        let (round, foot) = (half * build.roundness, half * 0.62);
        let right = d!(
            "M{},{}C{},{} {},{} {},{}C{},{} {},{} {},{}",
            x,
            self.top,
            x + round,
            self.top,
            x + half,
            upper,
            x + half,
            widest,
            x + half,
            lower,
            x + foot,
            self.bottom,
            x,
            self.bottom
        );
        let left = d!(
            "C{},{} {},{} {},{}C{},{} {},{} {},{}Z",
            x - foot,
            self.bottom,
            x - half,
            lower,
            x - half,
            widest,
            x - half,
            upper,
            x - round,
            self.top,
            x,
            self.top
        );
        right + &left
    }
}
