//! The credentials of connections: sealed where they are stored, opened where they are used, and shown to nobody.

pub mod accounts;
pub mod envelope;
pub mod keyring;
pub mod keys;
pub mod model;
pub mod renewal;
pub mod repo;
pub mod rotation;
pub mod vault;
pub mod view;

pub use keys::Keys;
pub use model::{Credential, CredentialKind, NewCredential, OpenedCredential};
pub use renewal::{Issuer, NoCredential, Opened};
pub use vault::Vault;
pub use view::CredentialView;
