//! The secrets that nobody set: made once, kept beside the data.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use anyhow::bail;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    kernel::text::hex,
    store::embedded::{is_ours, private_folder},
};

/// A secret of 32 random bytes that is kept in a file.
#[derive(Debug, Clone, Copy)]
pub struct SecretFile {
    name: &'static str,
    text: fn(&[u8; 32]) -> String,
}

/// What signs tokens.
pub const JWT_SECRET: SecretFile = SecretFile { name: "jwt_secret", text: |bytes| hex(bytes) };
/// What seals credentials. The settings take the same text.
pub const CREDENTIALS_KEY: SecretFile = SecretFile { name: "credentials_key", text: |bytes| STANDARD.encode(bytes) };
/// What push services know this server by. All but one in four billion such texts are private keys of P-256. The settings take the same.
pub const VAPID_KEY: SecretFile = SecretFile { name: "vapid_key", text: |bytes| URL_SAFE_NO_PAD.encode(bytes) };

impl SecretFile {
    /// Reads the secret of the folder, or makes it. The folder is created with mode 0700, the file has mode 0600.
    ///
    /// A secret that others could read or write is refused and not made private: they may know it, or have chosen it.
    pub fn load_or_make(self, folder: &Path) -> anyhow::Result<SecretString> {
        private_folder(folder)?;
        match File::open(folder.join(self.name)) {
            Ok(file) => self.read(file),
            Err(error) if error.kind() == ErrorKind::NotFound => self.make(folder),
            Err(error) => Err(error.into()),
        }
    }

    fn read(self, mut file: File) -> anyhow::Result<SecretString> {
        let Self { name, .. } = self;
        let found = file.metadata()?;
        if !is_ours(&found) || found.mode() & 0o077 != 0 {
            bail!("others can read or write {name}; remove it to have a new one made, or chmod 600 it if nobody has done either");
        }
        let mut text = String::new();
        if file.read_to_string(&mut text).is_err() || text.trim().len() < 32 {
            bail!("{name} is damaged; remove it to have a new one made");
        }
        Ok(text.trim().to_owned().into())
    }

    fn make(self, folder: &Path) -> anyhow::Result<SecretString> {
        let secret = self.random()?;
        self.write(folder, &secret)?;
        Ok(secret)
    }

    /// Another secret of the kind. Errors: the operating system has no randomness.
    pub fn random(self) -> anyhow::Result<SecretString> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok((self.text)(&bytes).into())
    }

    /// Keeps that text. It is written beside and then named, so that a crash leaves the whole secret or the one before.
    pub fn write(self, folder: &Path, text: &SecretString) -> anyhow::Result<()> {
        let path = folder.join(self.name);
        // What an earlier attempt left is of no use, and nobody else can have put something there.
        let part = path.with_extension("part");
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(text.expose_secret().as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let first = JWT_SECRET.load_or_make(&data).expect("made");
        assert_eq!(first.expose_secret().len(), 64);
        assert_eq!(JWT_SECRET.load_or_make(&data).expect("kept").expose_secret(), first.expose_secret());
        let mode = fs::metadata(data.join("jwt_secret")).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(data.join("jwt_secret"), "short").expect("write");
        assert!(JWT_SECRET.load_or_make(&data).is_err());
    }

    #[test]
    fn what_others_could_read_or_write_is_no_secret() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let first = JWT_SECRET.load_or_make(&data).expect("made");
        let secret = data.join("jwt_secret");
        for mode in [0o666, 0o644, 0o640, 0o620, 0o604, 0o602] {
            set_mode(&secret, mode);
            let refused = JWT_SECRET.load_or_make(&data).expect_err("refused").to_string();
            assert!(refused.contains("jwt_secret") && refused.contains("chmod 600"), "{refused}");
        }
        for mode in [0o600, 0o400] {
            set_mode(&secret, mode);
            assert_eq!(JWT_SECRET.load_or_make(&data).expect("private").expose_secret(), first.expose_secret());
        }
        // A folder in which others could replace it.
        for mode in [0o777, 0o770, 0o707, 0o720, 0o702] {
            set_mode(&data, mode);
            assert!(JWT_SECRET.load_or_make(&data).expect_err("refused").to_string().contains("chmod go-w"), "{mode:o}");
        }
        set_mode(&data, 0o755);
        assert!(JWT_SECRET.load_or_make(&data).is_ok());
    }

    #[test]
    fn what_a_crash_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("jwt_secret.part"), "ha").expect("write");
        assert_eq!(JWT_SECRET.load_or_make(folder.path()).expect("made").expose_secret().len(), 64);
        assert!(!folder.path().join("jwt_secret.part").exists());
    }
}
