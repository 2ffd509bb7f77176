//! 中文。

use super::zh_faults::{dial, fault, picture_fault};
use super::zh_network::network;
use super::zh_screen;
use super::{clock, date, said, size};
use crate::form::{Field, Purpose};
use crate::harmless::harmless;
use crate::note::{
    AccountNote, FieldFault, LinkNote, Note, PictureNote, TalkNote, TypedNote, WayNote,
};
use crate::verb::{Place, Verb};
use floater_client::proto::body::{BlockLine, Here, Policy, SessionEnd, SessionLine};
use floater_client::{Ending, Found, Kind, PathInUse, SafetyWord};
use std::io;

pub(super) fn words(note: &Note) -> String {
    match note {
        Note::Link(note) => link(note),
        Note::Way(note) => way(note),
        Note::Talk(note) => talk(note),
        Note::Picture(note) => picture(note),
        Note::Account(note) => account(note),
        Note::Typed(note) => typed(note),
        Note::Network(note) => network(note),
    }
}

fn link(note: &LinkNote) -> String {
    match note {
        LinkNote::Connecting => "正在连接服务器…".into(),
        LinkNote::Up => "已重新连上。".into(),
        LinkNote::Lost { held: None } => "连接断开了，正在重连…".into(),
        LinkNote::Lost { held: Some(left) } => {
            format!(
                "正在重连… 位置为你保留 {}。写下的话会在连上后送出。",
                clock(*left)
            )
        }
        LinkNote::Trouble(error) => dial(error),
    }
}

fn way(note: &WayNote) -> String {
    match note {
        WayNote::Door => "还没有登录。/login 登录，/register 注册，/help 看所有命令。".into(),
        WayNote::Main { username } => {
            format!("{}，你好。/seek 聊一聊，/help 看所有命令。", harmless(username))
        }
        WayNote::AskPolicy => "要不要允许直接连接？直连更快，不经过服务器；但对方的程序会因此知道你的网络地址。现在是：始终隐藏地址。\n/policy direct 允许直连，/policy hidden 始终隐藏。以后随时可以改。".into(),
        WayNote::Here(here) => self::here(*here),
        WayNote::Waiting => "正在等一位陌生人：在此刻也想聊的人里，随机选一位。/stop 不等了。".into(),
        WayNote::Widened => "今天的新面孔都遇过了。现在也可能是今天聊过的人。".into(),
        WayNote::Stopped => "不等了。/seek 聊一聊。".into(),
        WayNote::Met { own, peer, left, before } => met(own, peer, *left, *before),
        WayNote::Greeted { own: true, peer: false } => "你已问好 · 等对方。".into(),
        WayNote::Greeted { own: false, peer: true } => "对方在等你问好。".into(),
        WayNote::Greeted { .. } => "双方都问好了。".into(),
        WayNote::Opened => "你们都说了「你好」。从这里开始。直接输入就是说话，/help 看所有命令。".into(),
        WayNote::Ended(ending) => ended(*ending),
        WayNote::Remains => "十分钟内还可以：/report 举报，/block 拉黑，/save 保存图片。/seek 再聊一聊。".into(),
        WayNote::Elsewhere => "你的对话或等待在另一处。同一时间，只有一处可以对话。/end 结束那边。".into(),
        WayNote::SessionEnded(why) => session_ended(*why).into(),
        WayNote::Farewell => "再见。".into(),
    }
}

fn here(here: Here) -> String {
    match (here.at_least, here.below) {
        (0, Some(below)) => format!("此刻少于 {below} 人在这里。"),
        (at_least, Some(below)) => format!("此刻有 {at_least} 到 {below} 人在这里。"),
        (at_least, None) => format!("此刻有 {at_least} 人以上在这里。"),
    }
}

fn met(own: &str, peer: &str, left: u64, before: bool) -> String {
    let again = if before {
        "今天没有新面孔了：这位也许你今天遇过。\n"
    } else {
        ""
    };
    format!(
        "遇见了一位陌生人！你是 {}，对方是 {}。\n{again}输入「你好」（或 /hello）问好。双方都说了，对话才会开始。还有 {left} 秒。",
        harmless(own),
        harmless(peer)
    )
}

fn ended(ending: Ending) -> String {
    let [what, note] = zh_screen::ending(ending);
    format!("{what}。{note}")
}

const fn session_ended(why: SessionEnd) -> &'static str {
    match why {
        SessionEnd::LoggedOut => "这里的登录已结束。",
        SessionEnd::Password => "密码改过了，其他登录都已结束。请用新密码登录。",
        SessionEnd::Deleted => "账户已删除。愿你一路顺风。",
        SessionEnd::Suspended => "账户被暂停使用。登录时会说明原因。",
        SessionEnd::Expired => "很久没来了，请重新登录。",
    }
}

fn talk(note: &TalkNote) -> String {
    match note {
        TalkNote::Line { .. } => String::new(),
        TalkNote::Tick { number, tick } => format!("[{number}] {}", zh_screen::tick(*tick)),
        TalkNote::Typing { name } => format!("{} 正在输入…", harmless(name)),
        TalkNote::Away { left } => format!("对方网络不稳 · 位置保留 {}。", clock(*left)),
        TalkNote::Back => "对方回来了。".into(),
        TalkNote::Path(path, found) => format!(
            "{}{}",
            self::path(path),
            found.as_ref().map(self::found).unwrap_or_default()
        ),
        TalkNote::PathNone => "现在没有对话。".into(),
        TalkNote::Safety(words) => safety(words),
        TalkNote::SafetyNone => "还没有安全码：对话开始后马上会算出来。要是一直没有，说明对方的程序或夹在你们中间的什么没有守规矩：别说要紧的事。".into(),
        TalkNote::Full => "对方那边还没收完，这一句稍等片刻就会送出。".into(),
        TalkNote::AskLeave { peer } => format!(
            "要结束这段对话吗？结束后，你和 {} 都会回到首页，无法再继续。\n再输入一次 /leave 断开；输入别的就继续聊。",
            harmless(peer)
        ),
        TalkNote::AskQuit { peer } => format!(
            "退出会结束这段对话，你和 {} 都会回到首页。\n再输入一次 /quit 退出；输入别的就继续聊。",
            harmless(peer)
        ),
        TalkNote::AskLogOut { peer } => format!(
            "退出登录会结束这段对话，你和 {} 无法再继续。\n再输入一次 /logout 退出登录；输入别的就继续聊。",
            harmless(peer)
        ),
        TalkNote::AskInterrupt => "再按一次 Ctrl-C 结束对话并退出；输入别的就继续聊。".into(),
        TalkNote::Stays => "好，继续聊。".into(),
        TalkNote::Unsaid { text } => said("没有发出：", text).join("\n"),
        TalkNote::Reported => "举报已提交。谢谢你。".into(),
        TalkNote::Kept(path) => format!("对话已保存：{}", harmless(&path.display().to_string())),
        TalkNote::Blocked { peer } => format!(
            "已拉黑 {}：你们不会再被配到一起，对方不会收到通知。/blocks 可以撤销。",
            harmless(peer)
        ),
    }
}

const fn path(path: &PathInUse) -> &'static str {
    match (path.direct, path.policy) {
        (true, _) => "直连：两台设备直接相连，不经过服务器",
        (false, Policy::Direct) => "中继：经过服务器转发，内容端到端加密，服务器看不到",
        (false, Policy::Hidden) => "隐藏地址：经过服务器转发，双方都看不到对方的网络地址",
    }
}

fn found(found: &Found) -> String {
    let by = match found.kind {
        Kind::Ipv6 => "IPv6",
        Kind::Lan => "同一个网络",
        Kind::Open => "开放的端口",
        Kind::Observed => "公网地址",
        Kind::Predicted => "预测的端口",
        Kind::Hairpin => "同一个路由器",
        Kind::Birthday => "碰巧打通的端口",
    };
    format!("（{by}，{} 毫秒）", found.after)
}

fn safety(words: &[SafetyWord]) -> String {
    let all: Vec<String> = words
        .iter()
        .map(|it| format!("{} {}", it.emoji, it.zh))
        .collect();
    format!(
        "安全码：{}\n两边看到的 7 个词应该完全一样。一致说明中间没有人偷换密钥；它不能说明对方是谁。",
        all.join(" · ")
    )
}

fn picture(note: &PictureNote) -> String {
    match note {
        PictureNote::Offered {
            number,
            name,
            offer,
        } => {
            let still = if offer.still {
                "，动图的第一帧"
            } else {
                ""
            };
            format!(
                "[{number}] {} 发来一张图片：{} · {} × {}{still}。/open {number} 查看，/save {number} 文件名 保存。",
                harmless(name),
                size(offer.size),
                offer.width,
                offer.height
            )
        }
        PictureNote::Preparing => "正在处理图片…".into(),
        PictureNote::Sending { number, offer } => format!(
            "[{number}] 正在发送图片：{} · {} × {}。位置等信息已去除。",
            size(offer.size),
            offer.width,
            offer.height
        ),
        PictureNote::Moving {
            number,
            own: true,
            percent,
        } => format!("[{number}] 正在发送 {percent}%"),
        PictureNote::Moving {
            number,
            own: false,
            percent,
        } => format!("[{number}] 正在接收 {percent}%"),
        PictureNote::Here { number } => format!("[{number}] 图片已收到。"),
        PictureNote::Arrived { number } => format!("[{number}] 图片已送达。"),
        PictureNote::Failed { number, own: true } => format!("[{number}] 图片没能送出。"),
        PictureNote::Failed { number, own: false } => format!("[{number}] 图片没能收到。"),
        PictureNote::Unfit(error) => picture_fault(*error).into(),
        PictureNote::Undecodable => "图片打不开：内容不完整、过大，或与说明不符。没有保存。".into(),
        PictureNote::Saved(path) => format!("已保存：{}", harmless(&path.display().to_string())),
        PictureNote::Shown(path) => format!(
            "已用系统的看图程序打开：{}（退出时删除）",
            harmless(&path.display().to_string())
        ),
        PictureNote::NoScreen => "这里没有可以显示图片的桌面。请用 /save 保存成文件。".into(),
    }
}

fn account(note: &AccountNote) -> String {
    match note {
        AccountNote::Rules => RULES.into(),
        AccountNote::Ask { purpose, field } => ask(*purpose, *field).into(),
        AccountNote::Unfit(fault) => unfit(*fault),
        AccountNote::Cancelled => "已取消。".into(),
        AccountNote::Mailed { purpose: Purpose::Recover, email } => format!("如果 {} 注册过，邮件已经在路上。请看看收件箱，也看看垃圾邮件。", harmless(email)),
        AccountNote::Mailed { email, .. } => format!("如果 {} 可以注册，邮件已经在路上。请看看收件箱，也看看垃圾邮件。没收到就输入 /again 重新发送。", harmless(email)),
        AccountNote::Activated => "账户已激活，请登录。".into(),
        AccountNote::PasswordReset => "新密码已生效，其他登录都已结束。请登录。".into(),
        AccountNote::PasswordChanged => "密码已修改，其他登录都已结束。".into(),
        AccountNote::Renamed => "名字已修改。".into(),
        AccountNote::LoggedOut => "已退出登录。".into(),
        AccountNote::AskDelete => "删除账户：邮箱、名字、密码、拉黑名单和所有登录会立即删除，正在进行的对话会结束。\n已提交的举报会保留到处理完毕。对话本来就不保存。此操作无法撤销。".into(),
        AccountNote::Account(account) => format!("名字：{}\n邮箱：{}\n{} 注册", harmless(account.username.as_str()), harmless(account.email.as_str()), date(account.created)),
        AccountNote::Sessions(sessions) => self::sessions(sessions),
        AccountNote::SessionsEnded => "已结束。".into(),
        AccountNote::Blocks(blocks) => self::blocks(blocks),
        AccountNote::Unblocked => "已撤销拉黑。".into(),
        AccountNote::Policy(Policy::Direct) => "从下一次相遇起：允许直接连接。双方都说过「你好」之后才会直连。".into(),
        AccountNote::Policy(Policy::Hidden) => "从现在起：始终隐藏地址。".into(),
        AccountNote::Seen(true) => "已读回执：开。双方都打开才会显示。".into(),
        AccountNote::Seen(false) => "已读回执：关。".into(),
        AccountNote::Exported(path) => format!("服务器知道的关于你的一切，已存到 {}", harmless(&path.display().to_string())),
        AccountNote::Refused(problem) => fault(problem),
    }
}

const RULES: &str = "在这里，我们约定：
1. 只有年满 18 岁的人可以使用。
2. 不骚扰、不威胁、不仇恨。对方说不，就停下。
3. 不发未经同意的性内容。任何涉及未成年人的性内容都会被移交处理。
4. 不做广告，不骗人钱财。不要轻信索要钱款或验证码的人。
5. 不公开对方的话和图片。
6. 觉得不对，可以随时断开、拉黑、举报。举报只会打开你选中的内容。";

const fn ask(purpose: Purpose, field: Field) -> &'static str {
    match (purpose, field) {
        (_, Field::Adult) => "你已满 18 岁，并同意以上约定吗？请输入「是」。直接回车取消。",
        (_, Field::Email) => "邮箱（聊天的人看不到）：",
        (_, Field::Name) => "名字（聊天时对方看到，1 到 24 个字）：",
        (_, Field::Code) => "邮件里的 8 位验证码（大小写都可以）：",
        (Purpose::Password, Field::Password) => "现在的密码（输入时不显示）：",
        (Purpose::Delete, Field::Password) => {
            "确定删除，就输入密码（输入时不显示）。直接回车取消。"
        }
        (_, Field::Password) => "密码（输入时不显示）：",
        (_, Field::NewPassword) => {
            "新密码（8 到 128 个字符，输入时不显示；一句自己记得住的话就很好）："
        }
        (_, Field::Repeat) => "再输入一次新密码：",
    }
}

fn unfit(fault: FieldFault) -> String {
    match fault {
        FieldFault::Email => "请填写完整的邮箱，例如 name@example.org。".into(),
        FieldFault::NameEmpty => "请填写一个名字。".into(),
        FieldFault::NameLong => "名字最多 24 个字。".into(),
        FieldFault::NameForbidden => {
            "名字里有不能使用的字符，或一个字上叠了太多符号。请改一改。".into()
        }
        FieldFault::PasswordShort(n) => format!("还差 {n} 个字符。"),
        FieldFault::PasswordLong => "密码最多 128 个字符。".into(),
        FieldFault::Repeat => "两次输入不一样，请重新设置。".into(),
        FieldFault::Code => "验证码是 8 位字母和数字。".into(),
        FieldFault::Adult => "需要已满 18 岁，并同意约定，才能注册。".into(),
    }
}

fn sessions(sessions: &[SessionLine]) -> String {
    let lines = sessions.iter().enumerate().map(|(at, session)| {
        let own = if session.current { "（这里）" } else { "" };
        format!(
            "{}. {} · 最近使用 {}{own}",
            at + 1,
            harmless(&session.agent),
            date(session.used)
        )
    });
    let all: Vec<String> = lines.collect();
    format!(
        "登录的设备：\n{}\n/end-session 序号 结束一个，/end-session others 结束其他所有登录。",
        all.join("\n")
    )
}

fn blocks(blocks: &[BlockLine]) -> String {
    if blocks.is_empty() {
        return "没有拉黑任何人。".into();
    }
    let lines = blocks.iter().enumerate().map(|(at, block)| {
        format!(
            "{}. {} · {}",
            at + 1,
            harmless(block.name.as_str()),
            date(block.date)
        )
    });
    let all: Vec<String> = lines.collect();
    format!("已拉黑的人：\n{}\n/unblock 序号 撤销。", all.join("\n"))
}

fn typed(note: &TypedNote) -> String {
    match note {
        TypedNote::Help(place) => help(*place),
        TypedNote::Unknown => {
            "没有这个命令。/help 看所有命令；要说以 / 开头的话，请输入 //。".into()
        }
        TypedNote::Usage(verb) => format!("用法：/{}{}", verb.name(), verb.more()),
        TypedNote::NotNow(place) => not_now(*place).into(),
        TypedNote::GreetFirst => {
            "先说「你好」（或 /hello）：双方都说了之后，对话才会开始。刚才的话没有送出。".into()
        }
        TypedNote::NoLine(number) => format!("没有第 {number} 条。请用方括号里的编号。"),
        TypedNote::NotTheirs(number) => {
            format!("第 {number} 条不是对方说的。举报只能打开对方的话。")
        }
        TypedNote::NoPicture(number) => format!("第 {number} 条不是对方的图片，或已经不在了。"),
        TypedNote::NotYet(number) => format!("第 {number} 条的图片还没收完，请稍等。"),
        TypedNote::LineLong => "这一句太长，没有送出：最多约 5,400 个汉字。请分成几条。".into(),
        TypedNote::LineFoul => "这一行不是 UTF-8 文字，没有采用。".into(),
        TypedNote::Busy => "同样的事正在进行，请稍等。".into(),
        TypedNote::NothingToReport => {
            "没有可以举报或拉黑的对话：只有正在进行的，或十分钟内结束的。".into()
        }
        TypedNote::File { path, why } => {
            format!("{}:{}", harmless(&path.display().to_string()), file(*why))
        }
        TypedNote::FileLarge(path) => format!(
            "{}：文件超过 64 MB，太大了。",
            harmless(&path.display().to_string())
        ),
        TypedNote::Unkept(why) => format!(
            "没能存到数据目录，下次启动时要重新登录或设置：{}",
            harmless(why)
        ),
    }
}

fn file(why: io::ErrorKind) -> String {
    match why {
        io::ErrorKind::NotFound => "没有这个文件或目录。请检查路径。".into(),
        io::ErrorKind::AlreadyExists => "文件已经存在，没有覆盖。请换一个名字。".into(),
        io::ErrorKind::PermissionDenied => "没有权限。请换一个地方。".into(),
        io::ErrorKind::IsADirectory => "这是一个目录。请写上文件名。".into(),
        io::ErrorKind::InvalidInput => "这不是一个普通的文件。".into(),
        io::ErrorKind::StorageFull => "磁盘满了。请腾出空间再试。".into(),
        other => format!("不能读写（{other}）。"),
    }
}

const fn not_now(place: Place) -> &'static str {
    match place {
        Place::Starting => "还没连上服务器，请稍等。",
        Place::Door => "还没有登录。/login 登录，/register 注册。",
        Place::Main => "现在没有对话。/seek 聊一聊。",
        Place::Waiting => "还在等人。/stop 不等了。",
        Place::Greeting => "先说「你好」(或 /hello），或者 /leave 不聊了。",
        Place::Talk => "正在对话中。要先 /leave 结束。",
        Place::Elsewhere => "你的对话或等待在另一处。/end 结束那边。",
    }
}

fn help(place: Place) -> String {
    let verbs = Verb::at(place)
        .iter()
        .map(|verb| format!("/{}{}  {}", verb.name(), verb.more(), does(*verb)));
    let all: Vec<String> = verbs.collect();
    let more = if place == Place::Talk {
        "直接输入一行字，按回车就送出。\n"
    } else {
        ""
    };
    format!("{more}{}", all.join("\n"))
}

const fn does(verb: Verb) -> &'static str {
    match verb {
        Verb::Help => "看所有命令",
        Verb::Quit => "退出",
        Verb::Register => "注册",
        Verb::LogIn => "登录",
        Verb::Activate => "用邮件里的验证码激活账户",
        Verb::Again => "重新发送激活邮件",
        Verb::Recover => "找回密码",
        Verb::Seek => "聊一聊：随机遇见一位陌生人",
        Verb::Stop => "不等了",
        Verb::Hello => "说「你好」",
        Verb::End => "结束另一处的对话或等待",
        Verb::Leave => "断开，结束对话",
        Verb::Quote => "引用第 N 条来说",
        Verb::Picture => "发送图片（位置等信息会去除）",
        Verb::Open => "查看第 N 条的图片",
        Verb::Save => "保存第 N 条的图片",
        Verb::Report => "举报，只打开你选中的消息",
        Verb::Block => "拉黑：不再配到一起",
        Verb::Safety => "安全码",
        Verb::Path => "现在走的路径",
        Verb::Hide => "从现在起隐藏地址，不再直连",
        Verb::Account => "名字和邮箱",
        Verb::Name => "修改名字",
        Verb::Password => "修改密码",
        Verb::Policy => "允许直连，或始终隐藏地址",
        Verb::Seen => "已读回执",
        Verb::Sessions => "登录的设备",
        Verb::EndSession => "结束其他登录",
        Verb::Blocks => "已拉黑的人",
        Verb::Unblock => "撤销拉黑",
        Verb::Export => "导出我的数据",
        Verb::Transcript => "把对话存成文字",
        Verb::Delete => "删除账户",
        Verb::LogOut => "退出登录",
    }
}
