use crate::trouble::{Outcome, Trouble};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::net::{Shutdown, TcpStream};
use std::path::Path;

/// `TCP_ESTABLISHED`, as the kernel's table has it.
const ESTABLISHED: &str = "01";

/// Shuts all TCP connections that a process has, but those to this port; how many they were. Both
/// ends see them end, as where a router forgets them.
///
/// # Errors
/// [`Trouble`].
pub fn sever(process: u32, spared: u16) -> Outcome<usize> {
    let of = i32::try_from(process).ok().and_then(Pid::from_raw);
    let open = pidfd_open(of.ok_or(Trouble::Gone)?, PidfdFlags::empty());
    let open = open.map_err(std::io::Error::from)?;
    let home = format!("/proc/{process}");
    let inodes = established(&Path::new(&home).join("net/tcp"), spared)?;
    let mut severed = 0;
    for entry in std::fs::read_dir(Path::new(&home).join("fd"))?.flatten() {
        let to = std::fs::read_link(entry.path()).unwrap_or_default();
        let to = to.display().to_string();
        let inode = to
            .strip_prefix("socket:[")
            .and_then(|it| it.strip_suffix(']'));
        let number = entry.file_name().to_string_lossy().parse();
        if let (Some(inode), Ok(number)) = (inode, number)
            && inodes.iter().any(|it| it == inode)
        {
            let same = pidfd_getfd(&open, number, PidfdGetfdFlags::empty());
            TcpStream::from(same.map_err(std::io::Error::from)?).shutdown(Shutdown::Both)?;
            severed += 1;
        }
    }
    Ok(severed)
}

/// The inodes of connections that lead elsewhere.
fn established(table: &Path, spared: u16) -> Outcome<Vec<String>> {
    let spared = format!(":{spared:04X}");
    let table = std::fs::read_to_string(table)?;
    let rows = table.lines().skip(1).filter_map(|row| {
        let words: Vec<&str> = row.split_whitespace().collect();
        match words.as_slice() {
            [_, _, remote, state, _, _, _, _, _, inode, ..] => {
                let is_it = *state == ESTABLISHED && !remote.ends_with(&spared);
                is_it.then(|| (*inode).to_owned())
            }
            _ => None,
        }
    });
    Ok(rows.collect())
}
