//! The colours of a drawing.

use crate::companion::looks::{Form, Palette};

/// What eyes and mouths are drawn with.
pub const INK: &str = "#2a2238";
pub const WHITE: &str = "#fff";
/// The inside of a mouth, and the tongue in it.
pub const MOUTH: &str = "#7c2d3e";
pub const TONGUE: &str = "#ff8d97";
pub const CHEEK: &str = "#ff7d8c";
/// The shell of the egg, light and in the shade, its outline and its spots.
pub const SHELL: [&str; 2] = ["#fffaf0", "#f0dfc2"];
pub const PIECE: &str = "#fbf1df";
pub const SHELL_LINE: &str = "#8a6a44";
/// What breath and thoughts are drawn with.
pub const AIR: &str = "#8e86a8";

/// The colours of a body. The outline is the darkest tone of its own hue and not black, so that it stands on light and dark.
pub struct Body {
    pub light: &'static str,
    pub skin: &'static str,
    pub line: &'static str,
    pub belly: &'static str,
    /// The spots of the egg from which it comes.
    pub spot: &'static str,
}

pub fn body(palette: Palette) -> Body {
    let [light, skin, line, belly, spot] = match palette {
        Palette::Green => ["#d8f2bf", "#aedd8f", "#47783a", "#f4fbe9", "#a9d68c"],
        Palette::Violet => ["#d3d2ff", "#a9a6f3", "#4d47a6", "#f0efff", "#b3b0f0"],
        Palette::Orange => ["#ffdcb8", "#fbb37c", "#9a4f22", "#fff3e4", "#f7bd8e"],
        Palette::Pink => ["#ffd6e2", "#f7a8c1", "#9c3c60", "#fff0f4", "#f3b0c5"],
        Palette::Blue => ["#c5ecf5", "#8fd0e3", "#256c83", "#ecf9fc", "#98d0e0"],
    };
    Body { light, skin, line, belly, spot }
}

/// The colours of something that grows: what is within, and its outline.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub fill: &'static str,
    pub line: &'static str,
}

pub fn bloom(form: Form) -> Pair {
    let (fill, line) = match form {
        Form::Seedling => ("#f6d365", "#9a6b14"),
        Form::Focus => ("#ffd166", "#a06a0c"),
        Form::Tasks => ("#ffe07a", "#a8741a"),
        Form::Care => ("#ff8fb3", "#9c3c60"),
        Form::Balance => ("#7fce8f", "#2c7a46"),
    };
    Pair { fill, line }
}

pub const LEAF: Pair = Pair { fill: "#79c96b", line: "#2f7d3f" };
/// Leaves that lack water.
pub const DRY_LEAF: Pair = Pair { fill: "#c3c777", line: "#75762a" };
