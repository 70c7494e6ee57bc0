//! What is around it: what it thinks of, confetti, breath.

use super::{
    View,
    build::Frame,
    colours::{AIR, WHITE},
    pen::{Tag, circle, group, path},
};
use crate::companion::looks::Mood;

const BUBBLE: &str = "#a9a3b8";
const DROP: &str = "#3b8fc0";

/// What a mood has around a body within what is seen; nothing for most.
pub fn surroundings(mood: Mood, frame: &Frame, view: &View) -> String {
    let top = frame.top;
    // Beside the wide ones, not behind them.
    let aside = (frame.width - 108.0) * 0.35;
    match mood {
        Mood::Hungry => view.around(&thought(&rice_ball())),
        Mood::Thirsty => view.around(&thought(&drop())),
        Mood::Celebrating => view.around(&confetti()),
        Mood::Sleeping => snores(aside, top),
        Mood::Worried => {
            let bead = path("M0,-9C4,-3 6,0 6,3.5C6,7 3.5,9 0,9C-3.5,9 -6,7 -6,3.5C-6,0 -4,-3 0,-9Z");
            bead.class("av-sweat").at_turned(174.0 + aside, top + 22.0, 8.0).fill("#9bd6f7").stroke(DROP, 2.0).done()
        }
        Mood::Tired => {
            let puff = path("M0,0C5,-3 5,-9 0,-12C-4,-14 -4,-19 0,-22").at_turned(186.0 + aside, top + 12.0, 8.0).done();
            group().line(AIR, 3.0).class("av-puff").around(&puff)
        }
        Mood::Happy | Mood::Calm | Mood::Sad => String::new(),
    }
}

/// Three bubbles, and in the largest what it thinks of.
fn thought(inner: &str) -> String {
    let bubbles = [circle(172.0, 74.0, 4.0), circle(181.0, 62.0, 6.0), circle(204.0, 38.0, 23.0)].map(Tag::done).concat();
    let bubbles = group().fill(WHITE).stroke(BUBBLE, 2.0).around(&bubbles);
    group().class("av-bubble").around(&(bubbles + &group().at(204.0, 38.0).around(inner)))
}

fn rice_ball() -> String {
    let rice = path("M0,-13C5,-13 15,6 13,10C11,14 -11,14 -13,10C-15,6 -5,-13 0,-13Z").fill("#fdfaf3").stroke("#6b5f55", 2.4);
    rice.done() + &path("M-6,4H6V13H-6Z").fill("#3f5246").stroke("#2c3a31", 1.5).done()
}

fn drop() -> String {
    let water = path("M0,-14C6,-5 10,0 10,5C10,11 5.5,14.5 0,14.5C-5.5,14.5 -10,11 -10,5C-10,0 -6,-5 0,-14Z");
    let light = path("M-5,5C-5,8.5 -3,10.5 -0.5,11").line(WHITE, 2.4);
    water.fill("#7cc7f2").stroke("#2878a8", 2.4).done() + &light.done()
}

fn snores(aside: f64, top: f64) -> String {
    let letters = [
        path("M0,0H10L0,12H10").class("av-z").at(174.0 + aside, top - 8.0).number("stroke-width", 3.4),
        path("M0,0H13L0,15H13").class("av-z av-z2").at(190.0 + aside, top - 36.0).number("stroke-width", 3.8),
        path("M0,0H8L0,9H8").class("av-z av-z3").at(166.0 + aside, top + 16.0).number("stroke-width", 3.0),
    ];
    group().fill("none").set("stroke", AIR).around(&letters.map(Tag::done).concat())
}

fn confetti() -> String {
    const COLOURS: [&str; 5] = ["#f2a93b", "#e86a8a", "#5aa9e6", "#6cc070", "#8c88e6"];
    /// Where, how turned, and the colour.
    const BITS: [(f64, f64, f64, usize); 9] = [
        (34.0, 54.0, 20.0, 0),
        (58.0, 26.0, -30.0, 1),
        (196.0, 44.0, 40.0, 2),
        (178.0, 18.0, -20.0, 3),
        (212.0, 92.0, 15.0, 1),
        (24.0, 102.0, -35.0, 2),
        (94.0, 14.0, 60.0, 3),
        (220.0, 140.0, -25.0, 0),
        (16.0, 150.0, 45.0, 4),
    ];
    let bit = |index: usize| {
        let (x, y, turn, colour) = BITS[index];
        let shape = if index % 3 == 2 {
            circle(x, y, 4.2)
        } else {
            let slip = Tag::new("rect").number("x", -3.5).number("y", -5.5).number("width", 7.0).number("height", 11.0);
            slip.number("rx", 2.0).at_turned(x, y, turn)
        };
        shape.fill(COLOURS[colour]).done()
    };
    group().class("av-confetti").around(&(0..BITS.len()).map(bit).collect::<String>())
}
