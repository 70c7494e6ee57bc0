//! The face: eyes with their lids, brows, cheeks and mouth.

use super::{
    MIDDLE, build,
    colours::{CHEEK, INK, MOUTH, TONGUE, WHITE},
    expression::{Expression, Eyes, Mouth},
    pen::{circle, d, ellipse, group, path},
};
use crate::companion::looks::Stage;

/// The face with its eyes at a height of the drawing.
pub fn face(stage: Stage, eyes: &build::Eyes, y: f64, expression: &Expression, line: &str) -> String {
    let sides = [-1.0, 1.0];
    let cheek = |side: f64| {
        let x = MIDDLE + side * (eyes.apart + eyes.rx + 3.5);
        ellipse(x, y + eyes.ry + 3.0, 8.5, 5.6).fill(CHEEK).opacity(0.42).done()
    };
    let mut inner: String = sides.map(cheek).concat();
    inner += &sides.map(|side| eye(side, y, eyes, expression, line)).concat();
    if stage == Stage::Elder {
        inner += &glasses(eyes, y);
        inner += &sides.map(|side| white_brow(side, eyes, y, expression)).concat();
    } else if let Some(rise) = expression.brows {
        let brow = |side: f64| {
            let place = path("M-7,0Q0,-3 7,0").at_turned(MIDDLE + side * eyes.apart, y - eyes.ry - 8.0, side * rise);
            place.line(line, 3.2).done()
        };
        inner += &sides.map(brow).concat();
    }
    inner += &mouth(expression.mouth, y + eyes.ry * 0.92);
    group().class("av-face").around(&inner)
}

/// The eye of one side: -1 is that on the left of the picture.
fn eye(side: f64, y: f64, eyes: &build::Eyes, expression: &Expression, line: &str) -> String {
    let x = MIDDLE + side * eyes.apart;
    let arc = |from: f64, by: f64| {
        let outline = d!("M{},{}Q{},{} {},{}", x - eyes.rx, from, x, by, x + eyes.rx, from);
        path(outline).line(INK, 4.0).done()
    };
    match expression.eyes {
        Eyes::Joy => arc(y + 3.0, y - eyes.ry * 1.05),
        Eyes::Shut => arc(y + 1.0, y + eyes.ry * 0.85),
        Eyes::Open { lid, look } => {
            let (rx, ry) = (eyes.rx, eyes.ry);
            let cut = Cut::new(side, lid, eyes, expression.brows.is_some());
            let ball =
                if lid > 0.0 { path(cut.below(x, y, rx, ry)).fill(INK).done() } else { ellipse(x, y, rx, ry).fill(INK).done() };
            let open = ball + &lights(x, y, eyes, lid, look, line);
            // Motion closes the eye; without it the eye stays as it is.
            group().class("av-eye").around(&open) + &cut.edge(x, y)
        }
    }
}

/// A glow in the lower half, and a large and a small light, which make the eye alive.
fn lights(x: f64, y: f64, eyes: &build::Eyes, lid: f64, look: (f64, f64), line: &str) -> String {
    let (rx, ry, (lx, ly)) = (eyes.rx, eyes.ry, look);
    let heavy = lid >= 0.4;
    let lower = lid * ry * 0.95;
    let size = if heavy { 0.28 } else { 0.4 };
    let glow = ellipse(x + lx * 0.6, y + ry * 0.5 + ly * 0.5, rx * 0.6, ry * 0.36).fill(line).opacity(0.8).done();
    let large = circle(x - rx * 0.28 + lx, y - ry * 0.36 + ly * 0.6 + lower, rx * size).fill(WHITE).done();
    if heavy {
        return glow + &large;
    }
    let place = (x + rx * 0.38 + lx * 0.8, y + ry * 0.4 + ly * 0.6 + lower * 0.3);
    glow + &large + &circle(place.0, place.1, rx * 0.2).fill(WHITE).opacity(0.9).done()
}

/// Where a lid cuts an eye off, relative to its middle. A cut shows no patch of skin upon the gradient of the body.
struct Cut {
    lid: f64,
    side: f64,
    half: f64,
    height: f64,
    left: f64,
    right: f64,
}

impl Cut {
    fn new(side: f64, lid: f64, eyes: &build::Eyes, brows: bool) -> Self {
        let height = eyes.ry * (2.0 * lid - 1.0);
        // Down to the outside, which is soft; the other way round would be angry.
        let slope = match (lid >= 0.4, brows) {
            (true, _) => 2.0,
            (false, true) => 2.2,
            (false, false) => 0.6,
        };
        let half = eyes.rx * (1.0 - (height / eyes.ry).powi(2)).max(0.0).sqrt();
        Self { lid, side, half, height, left: height - side * slope, right: height + side * slope }
    }

    fn below(&self, x: f64, y: f64, rx: f64, ry: f64) -> String {
        let large = if self.lid < 0.5 { 1.0 } else { 0.0 };
        d!("M{},{}A{},{} 0 {} 0 {},{}Z", x - self.half, y + self.left, rx, ry, large, x + self.half, y + self.right)
    }

    /// The lid itself, a little beyond the eye and longer on the outside.
    fn edge(&self, x: f64, y: f64) -> String {
        if self.lid <= 0.0 {
            return String::new();
        }
        let (left, right) = if self.side < 0.0 { (1.2, 0.0) } else { (0.0, 1.2) };
        let outline = d!(
            "M{},{}Q{},{} {},{}",
            x - self.half - 2.5,
            y + self.left + left,
            x,
            y + self.height - 2.4,
            x + self.half + 2.5,
            y + self.right + right
        );
        path(outline).line(INK, 3.6).done()
    }
}

fn mouth(mouth: Mouth, y: f64) -> String {
    let line = |outline: &str| path(outline).at(MIDDLE, y).line(INK, 3.0).done();
    let open = |parts: [String; 2]| group().at(MIDDLE, y).around(&parts.concat());
    match mouth {
        Mouth::Smile => line("M-8,-1Q-4,6 0,1.5Q4,6 8,-1"),
        Mouth::Soft => line("M-5.5,0Q0,5 5.5,0"),
        Mouth::Wave => line("M-7,2.5Q-3.5,-0.5 0,2Q3.5,4.5 7,1.5"),
        Mouth::Wobble => line("M-9,2Q-6,-3 -3,1.5Q0,5 3,1.5Q6,-3 9,2"),
        Mouth::Frown => line("M-6,3.5Q0,-2.5 6,3.5"),
        Mouth::Laugh => open([
            path("M-11,-3C-11,13 11,13 11,-3C6,-1 -6,-1 -11,-3Z").fill(MOUTH).stroke(INK, 3.0).done(),
            path("M-6,5.6C-4,2.4 4,2.4 6,5.6C4,9.4 -4,9.4 -6,5.6Z").fill(TONGUE).done(),
        ]),
        Mouth::Hungry => open([
            ellipse(0.0, 2.5, 5.0, 5.5).fill(MOUTH).stroke(INK, 2.6).done(),
            path("M5,4C8,9 8,13 5.2,13C2.6,13 2.6,9 5,4Z").fill("#8fd3f7").stroke("#3b8fc0", 1.4).done(),
        ]),
        Mouth::Tongue => open([
            path("M-4.5,1.5C-4.5,13 4.5,13 4.5,1.5Z").fill(TONGUE).stroke(INK, 2.4).done(),
            path("M-8,0Q0,4 8,0").line(INK, 3.0).done() + &path("M0,4V8").line("#d9606e", 1.6).done(),
        ]),
        Mouth::Breath => ellipse(MIDDLE, y + 1.5, 3.4, 2.8).fill(MOUTH).stroke(INK, 2.2).class("av-doze").done(),
    }
}

/// What the elder reads with.
fn glasses(eyes: &build::Eyes, y: f64) -> String {
    const FRAME: &str = "#8a6a2c";
    let r = eyes.ry + 6.5;
    let glass =
        |side: f64| circle(MIDDLE + side * eyes.apart, y, r).fill(WHITE).set("fill-opacity", 0.16).stroke(FRAME, 2.8).done();
    let bridge = d!("M{},{}Q{},{} {},{}", MIDDLE - eyes.apart + r, y - 1.0, MIDDLE, y - 6.0, MIDDLE + eyes.apart - r, y - 1.0);
    [glass(-1.0), glass(1.0), path(bridge).line(FRAME, 2.8).done()].concat()
}

/// The elder's brow, above the glasses.
fn white_brow(side: f64, eyes: &build::Eyes, y: f64, expression: &Expression) -> String {
    let (x, y) = (MIDDLE + side * eyes.apart, y - eyes.ry - 11.0);
    let turn = side * expression.brows.unwrap_or(0.0) * 0.8;
    let place = d!("translate({} {}) rotate({}) scale({} 1)", x, y, turn, -side);
    let outline = path("M-11,3C-8,-5 6,-6 11,1C6,0 -4,1 -11,3Z").set("transform", place);
    outline.fill(WHITE).stroke("#b9b2c6", 1.8).done()
}
