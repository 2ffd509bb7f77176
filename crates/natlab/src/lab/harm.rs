//! What routers do to those behind them.

use std::net::Ipv4Addr;

use anyhow::Result;

use super::site::SERVER;
use super::space::Space;

/// `TCP_ESTABLISHED`, as the kernel's table has it.
const ESTABLISHED: &str = "01";

/// Drops, both ways, whatever goes through the connections that a home has now, but those to the
/// server; how many they were. Later ones are not touched.
pub(super) fn drop_direct(home: &Space, router: &Space) -> Result<usize> {
    let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", home.id()))?;
    let flows: Vec<Flow> = table.lines().filter_map(Flow::of).collect();
    let rules: String = flows.iter().map(Flow::rules).collect();
    router.nft(&format!(
        "table inet harm {{\n\
         chain forward {{ type filter hook forward priority -10;\n{rules} }}\n}}\n"
    ))?;
    Ok(flows.len())
}

/// A connection to somebody who is not the server.
struct Flow {
    port: u16,
    peer: Ipv4Addr,
    there: u16,
}

impl Flow {
    fn of(row: &str) -> Option<Self> {
        let words: Vec<&str> = row.split_whitespace().collect();
        let [_, here, remote, state, ..] = words.as_slice() else {
            return None;
        };
        let (_, port) = here.split_once(':')?;
        let (peer, there) = remote.split_once(':')?;
        let number = |text| u16::from_str_radix(text, 16).ok();
        let peer = Ipv4Addr::from(u32::from_str_radix(peer, 16).ok()?.to_ne_bytes());
        let is_it = *state == ESTABLISHED && !SERVER.contains(&peer);
        is_it.then_some(Self {
            port: number(port)?,
            peer,
            there: number(there)?,
        })
    }

    fn rules(&self) -> String {
        let Self { port, peer, there } = self;
        format!(
            "tcp sport {port} ip daddr {peer} tcp dport {there} drop\n\
             tcp dport {port} ip saddr {peer} tcp sport {there} drop\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_the_server_is_left_alone() {
        let to_peer = "   1: 0701A8C0:9C41 01000205:C350 01 00000000:00000000 00:00000000 00000000     0        0 1";
        let flow = Flow::of(to_peer).unwrap();
        assert_eq!(
            (flow.port, flow.peer, flow.there),
            (40_001, Ipv4Addr::new(5, 2, 0, 1), 50_000)
        );
        let to_server = "   0: 0701A8C0:9C40 01000006:01BB 01 00000000:00000000 02:00000000 00000000     0        0 2";
        let listens = "   2: 00000000:9C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3";
        assert!(Flow::of(to_server).is_none() && Flow::of(listens).is_none());
    }
}
