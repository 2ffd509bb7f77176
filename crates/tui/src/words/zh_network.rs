//! `floater doctor`，中文。

use super::zh_faults::dial;
use crate::note::NetworkNote;
use floater_client::{Class, ExamineError, Filtering, Network, Ports, Reach, Untested};

pub(super) fn network(note: &NetworkNote) -> String {
    match note {
        NetworkNote::Looking => "正在查看这里的网络，最多二十秒…".into(),
        NetworkNote::Found(network) => found(network),
        NetworkNote::Fault(error) => fault(error),
    }
}

fn fault(error: &ExamineError) -> String {
    match error {
        ExamineError::Dial(error) => dial(error),
        ExamineError::NoReflectors => {
            "这个服务器不帮忙建立直连：所有对话都经过它转发。网络情况看不出来。".into()
        }
        ExamineError::TooOften => "从这里问得太频繁了。过几分钟再试。".into(),
        ExamineError::Late => "服务器没有及时回答。请稍后再试。".into(),
        ExamineError::Unseen => {
            "服务器的探测端口都没有回答：这里的网络可能只放行少数端口。对话会经过服务器转发。"
                .into()
        }
        _ => "服务器的回答看不懂。请检查 --server，或更新程序。".into(),
    }
}

fn found(network: &Network) -> String {
    let lines = [
        format!("往返时间：{} 毫秒", network.rtt),
        format!("映射（RFC 4787）：{}", mapping(network)),
        format!("端口：{}", ports(network)),
        format!("过滤（RFC 4787）：{}", filtering(network)),
        format!("端口映射（PCP、NAT-PMP、UPnP）：{}", mapped(network)),
        format!("IPv6：{}", ipv6(network)),
        format!("能直连的人：{}", reach(network.reach())),
    ];
    lines.join("\n")
}

const fn mapping(network: &Network) -> &'static str {
    match network.class {
        Class::Open => "没有 NAT，地址就是公网看到的",
        Class::Independent => "与对方无关（EIM）",
        Class::IndependentOrAddress => {
            "与对方无关（EIM），或随对方的地址而变（ADM）：服务器只有一个地址，分不出来"
        }
        Class::Address => "随对方的地址而变（ADM）",
        Class::AddressAndPort => "随对方的地址和端口而变（APDM）",
        Class::Dependent => "随对方而变（ADM 或 APDM）：分不出来",
        _ => "看不出来：回答的探测端口不到两个",
    }
}

fn ports(network: &Network) -> String {
    match network.ports {
        Ports::Preserved => "和本机的一样".into(),
        Ports::Sequential { step, .. } => format!("可以预测：每次加 {step}"),
        _ if network.class == Class::Open => "和本机的一样".into(),
        _ => "没有看出规律".into(),
    }
}

const fn filtering(network: &Network) -> &'static str {
    match (network.filtering, network.class) {
        (Ok(Filtering::Independent), Class::Open) => "与对方无关（EIF）：没有防火墙挡着",
        (Ok(Filtering::Independent), _) => "与对方无关（EIF）",
        (Ok(Filtering::IndependentOrAddress), _) => {
            "与对方无关（EIF），或只看对方的地址（ADF）：服务器只有一个地址，分不出来"
        }
        (Ok(Filtering::Address), Class::Open) => "防火墙只看对方的地址（ADF）",
        (Ok(Filtering::Address), _) => "只看对方的地址（ADF）",
        (Ok(Filtering::AddressAndPort), Class::Open) => "防火墙看对方的地址和端口（APDF）",
        (Ok(Filtering::AddressAndPort), _) => "看对方的地址和端口（APDF）",
        (Err(Untested::Unknown), _) => "看不出来：只有从外面连进来才能知道，这个服务器不会这样做",
        (Err(Untested::Undialled), _) => "看不出来：服务器这次没有从外面连进来，过几分钟再试",
        _ => "看不出来：服务器的探测端口没有回答",
    }
}

const fn mapped(network: &Network) -> &'static str {
    match (network.mapped, network.class) {
        (true, _) => "路由器开了一个端口",
        (false, Class::Open) => "不需要",
        (false, _) => "没有路由器答应",
    }
}

const fn ipv6(network: &Network) -> &'static str {
    match network.ipv6 {
        Some(true) => "有公网地址",
        Some(false) => "没有",
        None => "看不出来：服务器没有 IPv6 地址",
    }
}

const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Everybody => "所有允许直连的人；对方的端口没有规律时，要碰一两秒运气",
        Reach::Predictable => "除了端口没有规律的人以外，所有允许直连的人",
        Reach::Stable => "映射与对方无关、或没有 NAT 的人，要碰一两秒运气；其他人经过服务器转发",
        Reach::Unknown => "看不出来",
    }
}
