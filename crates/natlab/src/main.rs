//! The NAT lab: two clients and a server in network namespaces, real NATs of the kernel between
//! them, and an internet with delay, jitter and loss. `cargo xtask natlab` runs it.

#[cfg(target_os = "linux")]
mod lab;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    lab::main()
}

/// Network namespaces are Linux's.
#[cfg(not(target_os = "linux"))]
fn main() -> Result<(), &'static str> {
    Err("the NAT lab runs on Linux only")
}
