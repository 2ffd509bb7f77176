//! What a program did with sockets, as `strace` writes it down.

use crate::trouble::Outcome;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// Every address that a program has dialled, or sent something to outside of a connection. See
/// [`crate::Terminal::start_traced`].
///
/// # Errors
/// [`crate::Trouble::System`].
pub fn reached(trace: &Path) -> Outcome<BTreeSet<SocketAddr>> {
    let text = std::fs::read_to_string(trace)?;
    Ok(text.lines().flat_map(addresses).collect())
}

/// Those of one call; a message to several has several.
fn addresses(line: &str) -> Vec<SocketAddr> {
    let named = line.split("sa_family=AF_INET").skip(1);
    named.filter_map(address).collect()
}

fn address(told: &str) -> Option<SocketAddr> {
    let (_, after) = told.split_once("port=htons(")?;
    let (port, after) = after.split_once(')')?;
    let (_, after) = after.split_once('"')?;
    let (ip, _) = after.split_once('"')?;
    let (ip, port): (IpAddr, u16) = (ip.parse().ok()?, port.parse().ok()?);
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strace_writes_is_read() {
        let connect = r#"7 connect(9, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr("5.0.0.5")}, 16) = -1 EINPROGRESS (Operation now in progress)"#;
        assert_eq!(addresses(connect), ["5.0.0.5:7000".parse().unwrap()]);
        let v6 = r#"7 connect(9, {sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2a05::5", &sin6_addr), sin6_scope_id=0}, 28 <unfinished ...>"#;
        assert_eq!(addresses(v6), ["[2a05::5]:1".parse().unwrap()]);
        let sent = r#"7 sendto(9, ""..., 60, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(5351), sin_addr=inet_addr("10.9.0.254")}, 16) = 60"#;
        assert_eq!(addresses(sent), ["10.9.0.254:5351".parse().unwrap()]);
        for none in [
            r#"7 sendto(9, ""..., 65, MSG_NOSIGNAL, NULL, 0) = 65"#,
            r#"7 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT"#,
            r#"7 sendto(3, ""..., 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20"#,
        ] {
            assert_eq!(addresses(none), []);
        }
    }
}
