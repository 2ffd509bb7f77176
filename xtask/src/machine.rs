//! What must hold of a machine before anything that fails on it means something.

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Fails with what is broken.
pub(crate) fn check() -> Result<()> {
    for device in ["/dev/null", "/dev/zero", "/dev/urandom"] {
        is_device(device.as_ref())?;
    }
    is_writable(&std::env::temp_dir())?;
    has_loopback().context("the machine is broken: nothing can connect to 127.0.0.1")
}

/// A tool that writes its output "to nowhere" as root can put a plain file there: then everything
/// that is thrown away is kept, and comes back where nothing should be read.
fn is_device(path: &Path) -> Result<()> {
    let broken = || format!("the machine is broken: {} cannot be seen", path.display());
    let kind = std::fs::metadata(path).with_context(broken)?.file_type();
    if !kind.is_char_device() {
        let path = path.display();
        bail!("the machine is broken: {path} is not a character device");
    }
    Ok(())
}

fn is_writable(folder: &Path) -> Result<()> {
    let path = folder.join(format!("floater-{}", std::process::id()));
    let written = File::create(&path).and_then(|mut file| file.write_all(b"floater"));
    let removed = std::fs::remove_file(&path);
    let broken = || {
        format!(
            "the machine is broken: cannot write to {}",
            folder.display()
        )
    };
    written.and(removed).with_context(broken)
}

fn has_loopback() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    TcpStream::connect(listener.local_addr()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check, is_device, is_writable};
    use std::path::Path;

    #[test]
    fn a_machine_that_compiles_this_is_whole() {
        check().unwrap();
    }

    #[test]
    fn a_file_in_place_of_a_device_is_named() {
        let told =
            is_device(Path::new(file!())).or_else(|_| is_device(Path::new("src/machine.rs")));
        let told = told.unwrap_err().to_string();
        assert!(
            told.ends_with("src/machine.rs is not a character device"),
            "{told}"
        );
        let told = is_device(Path::new("/dev/nothing"))
            .unwrap_err()
            .to_string();
        assert!(told.contains("/dev/nothing cannot be seen"), "{told}");
    }

    #[test]
    fn a_folder_that_takes_nothing_is_named() {
        let told = is_writable(Path::new("/proc")).unwrap_err().to_string();
        assert_eq!(told, "the machine is broken: cannot write to /proc");
    }
}
