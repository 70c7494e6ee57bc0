//! The token secret that nobody set: made once, kept beside the data.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use secrecy::SecretString;

use crate::kernel::text::hex;

/// Reads the secret of the folder, or makes it. The folder is created with mode 0700, the file has mode 0600.
pub fn load_or_make(folder: &Path) -> io::Result<SecretString> {
    let path = folder.join("jwt_secret");
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(text.trim().to_owned().into()),
        Ok(_) => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "jwt_secret is damaged; remove it to have a new one made"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    let secret = hex(&bytes);
    crate::store::embedded::private_folder(folder)?;
    // Written beside and then named, so that a crash leaves the whole secret or none.
    let part = folder.join("jwt_secret.part");
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, &path)?;
    Ok(secret.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let first = load_or_make(&data).expect("made");
        assert_eq!(first.expose_secret().len(), 64);
        assert_eq!(load_or_make(&data).expect("kept").expose_secret(), first.expose_secret());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(data.join("jwt_secret")).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(data.join("jwt_secret"), "short").expect("write");
        assert!(load_or_make(&data).is_err());
    }
}
