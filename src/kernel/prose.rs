//! Texts of several lines that people write beside something, and that may be none.

/// Declares a type of such texts: trimmed, of 1 to so many characters, none of them a control character other than tab and
/// line feed. As an `Option` it is read from an empty text too, which says as well as null that there is none.
#[macro_export]
macro_rules! prose {
    ($(#[$attribute:meta])* $type:ident, $name:literal, $max:literal) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            pub const MAX: usize = $max;
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        $crate::described!($type, $name);

        impl $crate::kernel::FromText for $type {
            fn schema() -> utoipa::openapi::ObjectBuilder {
                $crate::kernel::field::text(1, Self::MAX)
            }

            fn from_text(text: &str) -> Result<Self, $crate::kernel::Rule> {
                Option::from_text(text)?.ok_or($crate::kernel::Rule::field("cannot be empty"))
            }
        }

        impl $crate::kernel::FromText for Option<$type> {
            fn schema() -> utoipa::openapi::ObjectBuilder {
                use utoipa::openapi::schema::{SchemaType, Type};
                $crate::kernel::field::text(0, $type::MAX).schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            }

            fn from_text(text: &str) -> Result<Self, $crate::kernel::Rule> {
                use $crate::kernel::{Rule, text::{TextError, trimmed}};
                match trimmed(text, $type::MAX) {
                    Ok(text) => Ok(Some($type(text.into()))),
                    Err(TextError::Empty) => Ok(None),
                    Err(TextError::TooLong(_)) => Err(Rule::field(concat!("cannot be longer than ", $max, " characters"))),
                    Err(TextError::ControlCharacter) => {
                        Err(Rule::field("must not contain control characters other than tab and line feed"))
                    }
                }
            }

            fn missing() -> Result<Self, $crate::kernel::Rule> {
                Ok(None)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::kernel::{FromText as _, Rule};

    prose!(Remark, "Remark", 9);

    #[test]
    fn it_is_trimmed_and_bounded_and_may_be_none() {
        let read = |text: &str| Option::<Remark>::from_text(text).map(|remark| remark.map(|remark| remark.as_ref().to_owned()));
        assert_eq!(read(" a\n\tb\n"), Ok(Some("a\n\tb".into())));
        assert_eq!((read(""), read(" \u{200b}\n"), Option::<Remark>::missing()), (Ok(None), Ok(None), Ok(None)));
        assert!(read(&"é".repeat(9)).is_ok());
        assert_eq!(read(&"é".repeat(10)), Err(Rule::field("cannot be longer than 9 characters")));
        assert!(read("a\rb").is_err());
        assert_eq!(Remark::from_text(" "), Err(Rule::field("cannot be empty")));
        assert_eq!((Remark::missing(), Remark::from_text(" x ")), (Err(Rule::field("is required")), Ok(Remark("x".into()))));
    }
}
