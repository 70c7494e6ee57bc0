//! The egg's shell: whole with its spots and the crack where it will open, and what the hatchling still has of it.

use super::{
    MIDDLE,
    build::Frame,
    colours::{Body, PIECE, SHELL_LINE},
    expression::Expression,
    pen::{d, ellipse, group, path},
};
use crate::companion::looks::Seed;

/// Spots by the seed's parity: from the middle, down the egg, and how large.
const SPOTS: [[[f64; 3]; 5]; 2] = [
    [[-30.0, 0.34, 12.0], [26.0, 0.28, 9.0], [34.0, 0.74, 13.0], [-24.0, 0.84, 10.0], [2.0, 0.12, 8.0]],
    [[30.0, 0.4, 13.0], [-22.0, 0.24, 9.0], [-38.0, 0.66, 11.0], [14.0, 0.88, 12.0], [8.0, 0.14, 6.0]],
];

/// The spots within the clip of that id.
pub fn spots(frame: &Frame, seed: Seed, colours: &Body, clip: &str) -> String {
    let one = |[x, y, r]: [f64; 3]| ellipse(MIDDLE + x, frame.down(y), r, r * 0.86).done();
    let all = group().set("clip-path", format_args!("url(#{clip})")).fill(colours.spot).opacity(0.85);
    all.around(&SPOTS[seed.get() % 2].map(one).concat())
}

/// Longer when it is glad.
pub fn crack(frame: &Frame, expression: &Expression) -> String {
    let y = frame.down(0.3);
    let outline = if expression.leaves < 40.0 {
        d!("M{},{}l7,9l-8,6l9,8l-4,7", MIDDLE - 4.0, y - 22.0)
    } else {
        d!("M{},{}l5,8l-6,5", MIDDLE + 12.0, y - 18.0)
    };
    path(outline).line(SHELL_LINE, 2.6).done()
}

/// The lower half, in which the hatchling sits.
pub fn lower_half(bottom: f64, seed: Seed, colours: &Body) -> String {
    const HALF: f64 = 63.0;
    let (left, rim) = (MIDDLE - HALF, bottom - 38.0);
    // With a gap in the middle, where the mouth is.
    let teeth = "l9,-9l9,10l9,9l9,-10".repeat(3) + "l9,-9l9,10";
    let outline = d!("M{},{}", left, rim)
        + &teeth
        + &d!(
            "C{},{} {},{} {},{}C{},{} {},{} {},{}Z",
            MIDDLE + HALF,
            bottom - 12.0,
            MIDDLE + 38.0,
            bottom,
            MIDDLE,
            bottom,
            MIDDLE - 38.0,
            bottom,
            left,
            bottom - 12.0,
            left,
            rim
        );
    let [_, _, first, second, _] = SPOTS[seed.get() % 2];
    let spot = |[x, _, r]: [f64; 3], y: f64| ellipse(MIDDLE + x * 0.9, bottom - y, r * 0.8, r * 0.66).done();
    let spots = group().fill(colours.spot).opacity(0.85).around(&(spot(first, 17.0) + &spot(second, 21.0)));
    path(outline).fill(PIECE).stroke(SHELL_LINE, 3.5).done() + &spots
}

/// A piece of it on its head.
pub fn cap(top: f64, colours: &Body) -> String {
    let piece = path("M-21,8l7,-6l7,7l7,-7l7,7l7,-7l6,6C20,-10 10,-19 0,-19C-11,-19 -20,-9 -21,8Z");
    let spot = ellipse(3.0, -8.0, 5.0, 4.0).fill(colours.spot).opacity(0.85).done();
    let place = group().at_turned(MIDDLE - 27.0, top + 10.0, -24.0);
    place.around(&(piece.fill(PIECE).stroke(SHELL_LINE, 3.0).done() + &spot))
}
