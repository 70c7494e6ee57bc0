//! Values that are one of a few names.

/// Declares an enumeration whose values callers send and documents keep by their names: its rule, its description and both
/// ways of `serde`.
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* $type:ident as $name:literal, $($(#[$about:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[$about])* $variant),+ }

        $crate::described!($type, $name);

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl $crate::kernel::FromText for $type {
            fn schema() -> utoipa::openapi::ObjectBuilder {
                let names = Self::ALL.iter().map(|value| value.name());
                utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).enum_values(Some(names))
            }

            fn from_text(text: &str) -> Result<Self, $crate::kernel::Rule> {
                let found = Self::ALL.iter().find(|value| value.name() == text).copied();
                found.ok_or($crate::kernel::Rule::field($crate::choice!(@rule $($text),+)))
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::FromMember::from_member(deserializer)
            }
        }
    };
    (@rule $first:literal $(, $text:literal)*) => { concat!("must be one of: ", $first $(, ", ", $text)*) };
}
