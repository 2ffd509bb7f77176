/// One word of the safety code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyWord {
    /// The picture.
    pub emoji: &'static str,
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

const fn word(emoji: &'static str, zh: &'static str, en: &'static str) -> SafetyWord {
    SafetyWord { emoji, zh, en }
}

/// Sixty-four words that look and sound different. FLOATER/1.0 §6.7 prints them in this order.
#[rustfmt::skip]
pub(crate) const WORDS: [SafetyWord; 64] = [
    word("🐶", "狗", "dog"),
    word("🐱", "猫", "cat"),
    word("🦁", "狮子", "lion"),
    word("🐴", "马", "horse"),
    word("🦄", "独角兽", "unicorn"),
    word("🐷", "猪", "pig"),
    word("🐘", "大象", "elephant"),
    word("🐰", "兔子", "rabbit"),
    word("🐼", "熊猫", "panda"),
    word("🐓", "公鸡", "rooster"),
    word("🐧", "企鹅", "penguin"),
    word("🐢", "乌龟", "turtle"),
    word("🐟", "鱼", "fish"),
    word("🐙", "章鱼", "octopus"),
    word("🦋", "蝴蝶", "butterfly"),
    word("🌷", "花", "flower"),
    word("🌳", "树", "tree"),
    word("🌵", "仙人掌", "cactus"),
    word("🍄", "蘑菇", "mushroom"),
    word("🌏", "地球", "globe"),
    word("🌙", "月亮", "moon"),
    word("☁️", "云", "cloud"),
    word("🔥", "火", "fire"),
    word("🍌", "香蕉", "banana"),
    word("🍎", "苹果", "apple"),
    word("🍓", "草莓", "strawberry"),
    word("🌽", "玉米", "corn"),
    word("🍕", "披萨", "pizza"),
    word("🎂", "蛋糕", "cake"),
    word("❤️", "爱心", "heart"),
    word("😀", "笑脸", "smile"),
    word("🤖", "机器人", "robot"),
    word("🎩", "帽子", "hat"),
    word("👓", "眼镜", "glasses"),
    word("🔧", "扳手", "spanner"),
    word("🎅", "圣诞老人", "Santa"),
    word("👍", "点赞", "thumbs up"),
    word("☂️", "雨伞", "umbrella"),
    word("⌛", "沙漏", "hourglass"),
    word("⏰", "闹钟", "clock"),
    word("🎁", "礼物", "gift"),
    word("💡", "灯泡", "light bulb"),
    word("📕", "书", "book"),
    word("✏️", "铅笔", "pencil"),
    word("📎", "回形针", "paperclip"),
    word("✂️", "剪刀", "scissors"),
    word("🔒", "锁", "lock"),
    word("🔑", "钥匙", "key"),
    word("🔨", "锤子", "hammer"),
    word("☎️", "电话", "telephone"),
    word("🏁", "旗子", "flag"),
    word("🚂", "火车", "train"),
    word("🚲", "自行车", "bicycle"),
    word("✈️", "飞机", "aeroplane"),
    word("🚀", "火箭", "rocket"),
    word("🏆", "奖杯", "trophy"),
    word("⚽", "足球", "ball"),
    word("🎸", "吉他", "guitar"),
    word("🎺", "小号", "trumpet"),
    word("🔔", "铃铛", "bell"),
    word("⚓", "船锚", "anchor"),
    word("🎧", "耳机", "headphones"),
    word("📁", "文件夹", "folder"),
    word("📌", "图钉", "pin"),
];
