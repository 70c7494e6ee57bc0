//! A drawing as PNG, for mail programs and chats, which show no SVG. Pure.

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

use crate::kernel::{Error, Result};

/// The drawing, `size` pixels wide and high, transparent where nothing is drawn. Takes up to a tenth of a second of computing.
/// Errors: `Internal` for what is no SVG.
pub fn png(svg: &str, size: u16) -> Result<Vec<u8>> {
    let tree = Tree::from_str(svg, &Options::default()).map_err(Error::internal)?;
    let mut pixels = Pixmap::new(size.into(), size.into()).ok_or_else(|| Error::internal("a picture without pixels"))?;
    let scale = f32::from(size) / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::companion::{
        drawing::Looks,
        looks::{Form, Mood, Motion, Seed, Stage},
    };

    #[test]
    fn each_mood_is_a_picture_with_a_creature_in_it_and_nothing_in_its_corners() {
        for mood in Mood::ALL {
            let looks = Looks { stage: Stage::Child, form: Form::Seedling, mood: *mood, palette: None, seed: Seed::default() };
            let bytes = png(&looks.draw("Avanochi", 64, Motion::Still), 64).expect("a picture");
            let picture = Pixmap::decode_png(&bytes).expect("a picture");
            let opacity = |x, y| picture.pixel(x, y).expect("a pixel").alpha();
            assert_eq!((picture.width(), picture.height(), opacity(32, 44)), (64, 64, 255), "{mood:?}");
            assert_eq!([opacity(0, 0), opacity(63, 0), opacity(0, 63), opacity(63, 63)], [0; 4], "{mood:?}");
        }
        assert!(png("<svg", 64).is_err());
    }
}
