//! How elements of a drawing are written: numbers with one decimal at most, attributes in the order in which they are set.

use std::fmt::{self, Display, Write as _};

/// A length, a coordinate or an angle.
pub struct Number(pub f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding zero makes a negative zero a positive one.
        write!(f, "{}", (self.0 * 10.0 + 0.5).floor() / 10.0 + 0.0)
    }
}

/// A text with numbers in it, such as the outline of a path.
macro_rules! d {
    ($text:literal $(, $number:expr)* $(,)?) => { format!($text $(, $crate::companion::drawing::pen::Number($number))*) };
}
pub(super) use d;

/// An element that is being written. Ends of lines and corners are round everywhere: the root says so.
#[must_use]
pub struct Tag {
    name: &'static str,
    text: String,
}

impl Tag {
    pub fn new(name: &'static str) -> Self {
        Self { name, text: format!("<{name}") }
    }

    pub fn set(mut self, name: &str, value: impl Display) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, " {name}=\"{value}\"");
        self
    }

    pub fn number(self, name: &str, value: f64) -> Self {
        self.set(name, Number(value))
    }

    pub fn fill(self, colour: &str) -> Self {
        self.set("fill", colour)
    }

    pub fn stroke(self, colour: &str, width: f64) -> Self {
        self.set("stroke", colour).number("stroke-width", width)
    }

    /// A stroke and nothing within.
    pub fn line(self, colour: &str, width: f64) -> Self {
        self.fill("none").stroke(colour, width)
    }

    /// Of one, with two decimals at most.
    pub fn opacity(self, opacity: f64) -> Self {
        self.set("opacity", opacity)
    }

    pub fn class(self, class: &str) -> Self {
        self.set("class", class)
    }

    pub fn turned(self, degrees: f64) -> Self {
        self.set("transform", d!("rotate({})", degrees))
    }

    pub fn at(self, x: f64, y: f64) -> Self {
        self.set("transform", d!("translate({} {})", x, y))
    }

    pub fn at_turned(self, x: f64, y: f64, degrees: f64) -> Self {
        self.set("transform", d!("translate({} {}) rotate({})", x, y, degrees))
    }

    pub fn done(self) -> String {
        self.text + "/>"
    }

    pub fn around(self, inner: &str) -> String {
        format!("{}>{inner}</{}>", self.text, self.name)
    }
}

pub fn group() -> Tag {
    Tag::new("g")
}

pub fn path(outline: impl Display) -> Tag {
    Tag::new("path").set("d", outline)
}

pub fn ellipse(x: f64, y: f64, rx: f64, ry: f64) -> Tag {
    Tag::new("ellipse").number("cx", x).number("cy", y).number("rx", rx).number("ry", ry)
}

pub fn circle(x: f64, y: f64, r: f64) -> Tag {
    Tag::new("circle").number("cx", x).number("cy", y).number("r", r)
}

/// A heart around its middle, `size` from there to its sides.
pub fn heart(size: f64) -> String {
    let [low, outer, lobe, notch] = [0.9, 1.3, 0.75, 0.35].map(|share| size * share);
    let left = d!("M0,{}C{},{} {},{} 0,{}", low, -outer, -size * 0.1, -lobe, -size, -notch);
    left + &d!("C{},{} {},{} 0,{}Z", lobe, -size, outer, -size * 0.1, low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [(0.0, "0"), (-0.04, "0"), (1.25, "1.3"), (-1.25, "-1.2"), (120.0, "120"), (0.05, "0.1")] {
            assert_eq!(Number(number).to_string(), text);
        }
    }

    #[test]
    fn an_element_has_its_attributes_and_what_is_in_it() {
        let dot = circle(1.0, 2.0, 0.5).fill("#fff").done();
        assert_eq!(dot, r##"<circle cx="1" cy="2" r="0.5" fill="#fff"/>"##);
        assert_eq!(group().at(1.0, -2.0).around(&dot), format!(r#"<g transform="translate(1 -2)">{dot}</g>"#));
    }
}
