//! 中文：全屏。

use super::clock;
use super::labels::{Keyed, Labels, Settled};
use super::size;
use crate::app::Standing;
use crate::form::{Field, Purpose};
use crate::options::Tongue;
use crate::settings::Theme;
use floater_client::proto::body::{Offence, Policy};
use floater_client::{Ending, LinkState, PathInUse, Tick};

pub(super) static LABELS: Labels = Labels {
    verse: ["人海茫茫", "相逢何必曾相识"],
    promise: "匿名、一对一、端到端加密。任何一方随时可以离开。",
    purpose,
    field,
    field_note,
    strength: ["很容易被猜到", "偏弱", "还可以", "很好"],
    strength_is: |word| format!("强度：{word}"),
    agree: "我已满 18 岁，并同意以上约定",
    one_moment: "请稍候…",
    starting: "正在靠岸…",
    link,
    hello: |name| format!("{name}，你好"),
    seek: "聊一聊",
    here_unknown: "正在看看有多少人在这里…",
    waiting: "正在等一位陌生人",
    looking: "在此刻也想聊的人里，随机选一位。",
    widened: "今天的新面孔都遇过了。现在也可能是今天聊过的人。",
    stop: "不等了",
    elapsed: |span| format!("已等 {span}"),
    found: "有人来了",
    met: "遇见了一位陌生人",
    both: |own, peer| format!("你是 {own}，对方是 {peer}"),
    met_before: "今天没有新面孔了：这位也许你今天遇过。",
    greet: "你好",
    greeted: |(own, peer)| match (own, peer) {
        (false, false) => "向对方问好",
        (true, _) => "你已问好 · 等对方",
        (false, true) => "对方在等你问好",
    },
    left: |seconds| format!("还有 {seconds} 秒"),
    greet_note: "双方都说了「你好」，对话才会开始。\n也可以直接输入「你好」，按回车。",
    opened: "你们都说了「你好」。从这里开始。",
    me: "我",
    path,
    tick,
    placeholder: "写点什么…",
    typing: |name| format!("{name} 正在输入…"),
    away: |left| format!("对方网络不稳 · 位置保留 {left}"),
    quoting: "引用",
    quoted: "引用",
    quote_gone: "被引用的内容",
    room: |n| format!("还能写约 {n} 个字"),
    over: |n| format!("超出上限约 {n} 个字，请分成几条发送"),
    full: "对方那边还没收完，请稍等再发",
    new_below: |n| format!("↓ {n} 条新消息"),
    escape: "再按一次 Esc 断开对话",
    leave_title: "要结束这段对话吗？",
    leave_lead: |name| format!("结束后，你和 {name} 都会回到首页，无法再继续。"),
    stay: "继续聊",
    leave: "断开",
    quit: "退出",
    picture_of: |bytes| format!("[图片 {}]", size(bytes)),
    view: "按回车查看",
    standing,
    still: "动图的第一帧",
    stripped: "位置等信息已去除",
    ready: "要发送的图片",
    pick: "选择图片",
    nothing_here: "这里没有图片，也没有文件夹。",
    unreadable: "打不开这个文件夹。",
    safety: "安全码",
    menu: "菜单",
    settings: "设置",
    help: "帮助",
    report: "举报",
    report_lead: "选择发生了什么。只有你选中的消息会交给管理员；每条都带有对方的签名，无法伪造。",
    report_lines: "选择要交出的消息",
    report_none: "还没有对方的消息可选。",
    report_note: "补充说明（可不填）",
    offence,
    block: "拉黑",
    block_title: |name| format!("拉黑 {name}？"),
    block_lead: "你们不会再被配到一起。对方不会收到通知。可以在设置里撤销。",
    keep: "保存对话",
    save_picture: "保存图片",
    save_where: "存到哪里？",
    forget: "收起",
    with: |name| format!("与 {name} 的对话 · 十分钟内还可以："),
    ending,
    transcript: |own, peer, begun| format!("{own} 与 {peer} · {begun}"),
    elsewhere: [
        "对话在另一处",
        "你的对话或等待在另一台设备或另一个程序里。同一时间，只有一处可以对话。",
    ],
    end_elsewhere: "结束那边",
    policy_title: "要不要允许直接连接？",
    policy_lead: "两个人的对话可以不经过服务器，直接相连。更快，但对方的程序会因此知道你的网络地址。",
    policy,
    later: "以后可以在设置里改。",
    small: "窗口太小了",
    unread: |n, name| format!("({n}) {name}"),
    set: Settled {
        name: "名字",
        password: "修改密码",
        language: "语言",
        tongue: |tongue| match tongue {
            Tongue::Chinese => "中文",
            Tongue::English => "English",
        },
        theme: "主题",
        themed: |theme| match theme {
            Theme::Terminal => "跟随终端",
            Theme::Light => "浅色",
            Theme::Dark => "深色",
        },
        sounds: "提示音",
        typing: "让对方看到我正在输入",
        seen: "已读回执（双方都打开才显示）",
        pictures: "直接显示收到的图片",
        policy: "连接方式",
        blocks: "已拉黑的人",
        no_blocks: "没有拉黑任何人。",
        sessions: "登录的设备",
        this: "这里",
        others: "结束其他所有登录",
        export: "导出我的数据",
        delete: "删除账户",
        log_out: "退出登录",
        on: "开",
        off: "关",
    },
    key: Keyed {
        choose: "选择",
        go: "确定",
        back: "返回",
        before: "上一项",
        next: "下一项",
        send: "发送",
        line: "换行",
        picture: "图片",
        lines: "看消息",
        write: "写字",
        quote: "引用",
        open: "查看",
        save: "保存",
        viewer: "用看图程序打开",
        mark: "选中",
        scroll: "翻页",
        command: "命令",
        show: "显示密码",
        hide: "隐藏密码",
        suspend: "挂起",
        redraw: "重画",
        quit: "退出",
        commands: "命令：",
    },
    command: "输入命令，/help 看所有命令",
};

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::LogIn => "登录",
        Purpose::Register => "注册",
        Purpose::Activate => "激活账户",
        Purpose::Again => "重新发送邮件",
        Purpose::Recover => "忘记密码",
        Purpose::Reset => "设置新密码",
        Purpose::Password => "修改密码",
        Purpose::Delete => "删除账户",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Adult => "约定",
        Field::Email => "邮箱",
        Field::Name => "名字",
        Field::Code => "8 位验证码",
        Field::Password => "密码",
        Field::NewPassword => "新密码",
        Field::Repeat => "再输入一次",
    }
}

fn field_note(field: Field) -> &'static str {
    match field {
        Field::Email => "聊天的人看不到。",
        Field::Name => "聊天时对方看到的名字，1 到 24 个字，以后可以改。",
        Field::Code => "在邮件里。大小写都可以。",
        Field::NewPassword => "8 到 128 个字符，什么字符都行。一句自己记得住的话就很好。",
        Field::Adult | Field::Password | Field::Repeat => "",
    }
}

fn link(state: LinkState, now: u64) -> String {
    match state {
        LinkState::Up => String::new(),
        LinkState::Connecting => "正在连接服务器…".into(),
        LinkState::Lost {
            held_until: Some(until),
            ..
        } => {
            let left = until.saturating_sub(now).div_ceil(1000);
            format!("正在重连… 位置为你保留 {}", clock(left))
        }
        LinkState::Lost { retry_at, .. } => match retry_at.saturating_sub(now).div_ceil(1000) {
            0 => "连接断开了，正在重连…".into(),
            left => format!("连接断开了，{left} 秒后重试"),
        },
    }
}

fn path(path: PathInUse) -> &'static str {
    match (path.direct, path.policy) {
        (true, _) => "直连",
        (false, Policy::Direct) => "中继",
        (false, Policy::Hidden) => "隐藏地址",
    }
}

pub(super) fn tick(tick: Tick) -> &'static str {
    match tick {
        Tick::Waiting => "等待",
        Tick::Sent => "已发",
        Tick::Delivered => "已送达",
        Tick::Seen => "已读",
    }
}

fn standing(own: bool, standing: Standing) -> String {
    match (own, standing) {
        (true, Standing::Moving(percent)) => format!("正在发送 {percent}%"),
        (false, Standing::Moving(percent)) => format!("正在接收 {percent}%"),
        (_, Standing::Complete) => String::new(),
        (true, Standing::Failed) => "图片没能送出。可以再发一次。".into(),
        (false, Standing::Failed) => "图片没能收到。可以请对方再发一次。".into(),
    }
}

fn offence(offence: Offence) -> &'static str {
    match offence {
        Offence::Sexual => "未经同意的性内容",
        Offence::Minor => "涉及或伤害未成年人",
        Offence::Abuse => "仇恨、威胁、骚扰",
        Offence::Spam => "广告、诈骗",
        Offence::Other => "其他（请在下面说明）",
    }
}

pub(super) fn ending(ending: Ending) -> [&'static str; 2] {
    match ending {
        Ending::YouLeft => ["你结束了聊天", "相逢一场，各自珍重。"],
        Ending::PeerLeft => ["对方离开了", "相逢一场，各自珍重。"],
        Ending::Lost => ["连接中断", "没能重新连上，对话就此结束。"],
        Ending::Moderator => ["管理员结束了聊天", "管理员依照约定结束了这段对话。"],
        Ending::YouSilent => ["这次没有说「你好」", "没关系。想聊的时候，再出发吧。"],
        Ending::PeerSilent => ["对方这次没有回应", "也许刚好走开了。继续等下一位。"],
        Ending::Unreachable => ["没能连到对方", "网络不凑巧。你的等待时间还算数。"],
    }
}

fn policy(policy: Policy) -> [&'static str; 2] {
    match policy {
        Policy::Direct => [
            "允许直接连接",
            "更快，不经过服务器；对方的程序会知道你的网络地址。双方都说过「你好」之后才会连接。",
        ],
        Policy::Hidden => [
            "始终隐藏地址",
            "对话总是经过服务器转发，服务器看不到内容，对方看不到你的地址。",
        ],
    }
}
