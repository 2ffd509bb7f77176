//! What has to be on the machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::machine;
use crate::shell::{program, root, run, succeeds};
use crate::wasm::Compiler;

/// What the machine is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Build and start the server.
    Running,
    /// Run every test.
    Tests,
    /// Build the window.
    Window,
    /// Run the benchmarks beside others.
    Benchmarks,
}

/// A Debian package and a file or program that shows it.
struct Package {
    name: &'static str,
    shown_by: &'static str,
}

const RUNNING: &[Package] = &[
    Package {
        name: "build-essential",
        shown_by: "/usr/bin/cc",
    },
    Package {
        name: "pkg-config",
        shown_by: "/usr/bin/pkg-config",
    },
];

const TESTS: &[Package] = &[
    Package {
        name: "iproute2",
        shown_by: "/usr/sbin/ip",
    },
    Package {
        name: "nftables",
        shown_by: "/usr/sbin/nft",
    },
    Package {
        name: "conntrack",
        shown_by: "/usr/sbin/conntrack",
    },
    Package {
        name: "strace",
        shown_by: "/usr/bin/strace",
    },
    Package {
        name: "faketime",
        shown_by: "/usr/bin/faketime",
    },
    Package {
        name: "slowhttptest",
        shown_by: "/usr/bin/slowhttptest",
    },
    Package {
        name: "testssl.sh",
        shown_by: "/usr/bin/testssl",
    },
    Package {
        name: "miniupnpd-nftables",
        shown_by: "/usr/sbin/miniupnpd",
    },
    Package {
        name: "tmux",
        shown_by: "/usr/bin/tmux",
    },
    Package {
        name: "chromium",
        shown_by: "/usr/bin/chromium",
    },
    Package {
        name: "xvfb",
        shown_by: "/usr/bin/Xvfb",
    },
    Package {
        name: "xauth",
        shown_by: "/usr/bin/xauth",
    },
    Package {
        name: "fonts-noto-cjk",
        shown_by: "/usr/share/fonts/opentype/noto",
    },
    Package {
        name: "fonts-noto-color-emoji",
        shown_by: "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    },
];

/// The system's WebKit, to build the window.
const WINDOW: &[Package] = &[
    Package {
        name: "libwebkit2gtk-4.1-dev",
        shown_by: "/usr/share/doc/libwebkit2gtk-4.1-dev",
    },
    Package {
        name: "libgtk-3-dev",
        shown_by: "/usr/share/doc/libgtk-3-dev",
    },
    Package {
        name: "librsvg2-dev",
        shown_by: "/usr/share/doc/librsvg2-dev",
    },
];

/// What drives the window in tests, the language it is driven in, and the desktop around it.
const WINDOW_TESTS: &[Package] = &[
    Package {
        name: "webkit2gtk-driver",
        shown_by: "/usr/bin/WebKitWebDriver",
    },
    Package {
        name: "locales",
        shown_by: "/usr/share/i18n/locales/zh_CN",
    },
    Package {
        name: "dbus",
        shown_by: "/usr/bin/dbus-daemon",
    },
    Package {
        name: "gnome-keyring",
        shown_by: "/usr/bin/gnome-keyring-daemon",
    },
    Package {
        name: "libsecret-tools",
        shown_by: "/usr/bin/secret-tool",
    },
    Package {
        name: "python3-dbusmock",
        shown_by: "/usr/lib/python3/dist-packages/dbusmock",
    },
    Package {
        name: "dunst",
        shown_by: "/usr/bin/dunst",
    },
    Package {
        name: "openbox",
        shown_by: "/usr/bin/openbox",
    },
    Package {
        name: "x11-utils",
        shown_by: "/usr/bin/xprop",
    },
    Package {
        name: "xclip",
        shown_by: "/usr/bin/xclip",
    },
    Package {
        name: "xdotool",
        shown_by: "/usr/bin/xdotool",
    },
];

const BENCHMARKS: &[Package] = &[
    Package {
        name: "iperf3",
        shown_by: "/usr/bin/iperf3",
    },
    Package {
        name: "python3-venv",
        shown_by: "/usr/share/doc/python3-venv",
    },
    Package {
        name: "nats-server",
        shown_by: "/usr/sbin/nats-server",
    },
    Package {
        name: "mosquitto",
        shown_by: "/usr/sbin/mosquitto",
    },
    Package {
        name: "sqlite3",
        shown_by: "/usr/bin/sqlite3",
    },
    Package {
        name: "valgrind",
        shown_by: "/usr/bin/valgrind",
    },
];

/// Peers that are Python's, each in the version that was compared.
const PYTHON: &[&str] = &[
    "magic-wormhole==0.24.0",
    "magic-wormhole-mailbox-server==0.8.0",
];
const PEERS: &str = "target/peers";

/// Installs what is missing. Quick when nothing is.
pub(crate) fn setup(purpose: For) -> Result<()> {
    machine::check()?;
    let mut missing = missing(RUNNING);
    match purpose {
        For::Running => {}
        For::Tests => {
            for packages in [TESTS, WINDOW, WINDOW_TESTS] {
                missing.extend(self::missing(packages));
            }
        }
        For::Window => missing.extend(self::missing(WINDOW)),
        For::Benchmarks => missing.extend(self::missing(BENCHMARKS)),
    }
    install(&missing)?;
    if purpose == For::Benchmarks {
        node_modules("benches/peers/node")?;
        return python_peers();
    }
    wasm_compiler()?;
    node_modules("web")?;
    if purpose == For::Tests {
        node_modules("web/e2e")?;
    }
    Ok(())
}

/// What makes a root of its own.
pub(crate) fn clean_root() -> Result<()> {
    if Path::new("/usr/sbin/debootstrap").exists() {
        return Ok(());
    }
    install(&["debootstrap"])
}

/// A verb of cargo's that somebody else wrote.
pub(crate) fn cargo_verb(verb: &str) -> Result<()> {
    if succeeds(&mut program("cargo", &[verb, "--version"])) {
        return Ok(());
    }
    run(&mut program(
        "cargo",
        &["install", "--locked", &format!("cargo-{verb}")],
    ))
}

/// Debian's newest tools that read what this compiler counts, where rustup has none.
const LLVM: &str = "llvm-22";

/// The programs that read what the compiler counts: nothing to say where cargo finds them itself.
pub(crate) fn llvm() -> Result<Vec<(&'static str, String)>> {
    let of_rustup = ["component", "add", "llvm-tools"];
    if succeeds(&mut program("rustup", &of_rustup)) {
        return Ok(Vec::new());
    }
    let [cover, data] = ["cov", "profdata"].map(|it| {
        let version = LLVM.trim_start_matches("llvm-");
        format!("/usr/bin/llvm-{it}-{version}")
    });
    if !Path::new(&cover).exists() {
        install(&[LLVM])?;
    }
    Ok(vec![("LLVM_COV", cover), ("LLVM_PROFDATA", data)])
}

fn missing(packages: &'static [Package]) -> Vec<&'static str> {
    packages
        .iter()
        .filter(|it| !Path::new(it.shown_by).exists())
        .map(|it| it.name)
        .collect()
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if !succeeds(&mut program("apt-get", &["--version"])) {
        bail!("please install: {}", packages.join(" "));
    }
    run(as_root(&["apt-get", "update", "--quiet"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut command = as_root(&["apt-get", "install", "--yes", "--no-install-recommends"]);
    run(command
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn as_root(words: &[&str]) -> Command {
    if std::env::var_os("HOME").is_some_and(|home| home == *"/root") {
        let (name, rest) = words.split_first().unwrap_or((&"true", &[]));
        return program(name, rest);
    }
    program("sudo", words)
}

fn python_peers() -> Result<()> {
    if root().join(PEERS).join("bin/wormhole").exists() {
        return Ok(());
    }
    run(&mut program("python3", &["-m", "venv", PEERS]))?;
    let pip = format!("{PEERS}/bin/pip");
    run(program(&pip, &["install", "--quiet"]).args(PYTHON))
}

fn wasm_compiler() -> Result<()> {
    if Compiler::here().is_some() {
        return Ok(());
    }
    let by_rustup = succeeds(&mut program(
        "rustup",
        &["target", "add", "wasm32-unknown-unknown"],
    ));
    if by_rustup && Compiler::here().is_some() {
        return Ok(());
    }
    println!("rustup cannot add the browser's target: taking Debian's second compiler");
    install(&["rustc-web", "cargo-web", "rust-web-src", "lld-19"])?;
    if Compiler::here().is_none() {
        bail!("no compiler for the browser could be installed");
    }
    Ok(())
}

/// Nothing of what is installed needs a script of its own.
const NPM_CI: [&str; 4] = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];

fn node_modules(folder: &str) -> Result<()> {
    let folder = root().join(folder);
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    if !lock.exists() || is_newer(&installed, &lock) {
        return Ok(());
    }
    run(program("npm", &NPM_CI).current_dir(&folder))
}

fn is_newer(one: &Path, other: &Path) -> bool {
    let when = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified()).ok();
    when(one) >= when(other) && when(one).is_some()
}
