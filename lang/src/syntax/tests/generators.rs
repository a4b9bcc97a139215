//! Random files, as tokens that any blanks and comments may stand between.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::syntax::literal::{quote, quote_raw};

/// Pieces of text, between each two of which a blank must and a comment may stand.
pub(crate) type Tokens = Vec<String>;

/// A few cases, many with `EYAS_EXHAUSTIVE=1`, and no file that remembers failures: what fails
/// becomes a test by hand.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let cases = if exhaustive() { cases * 40 } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether minutes may be spent.
pub(crate) fn exhaustive() -> bool {
    std::env::var_os("EYAS_EXHAUSTIVE").is_some()
}

fn one(token: impl Into<String>) -> Tokens {
    vec![token.into()]
}

fn join(parts: impl IntoIterator<Item = Tokens>) -> Tokens {
    parts.into_iter().flatten().collect()
}

/// Parts with a token between each two.
fn between(parts: Vec<Tokens>, token: &str) -> Tokens {
    let mut out = Tokens::new();
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            out.push(token.to_owned());
        }
        out.extend(part);
    }
    out
}

/// A name that is no word of the language.
fn name() -> BoxedStrategy<String> {
    "[a-zA-Z_][a-zA-Z0-9_]{0,5}x".boxed()
}

fn dotted() -> BoxedStrategy<String> {
    vec(name(), 1..3).prop_map(|names| names.join(".")).boxed()
}

fn word() -> BoxedStrategy<String> {
    "[a-zA-Z0-9*./+-][a-zA-Z0-9_.:/*#@+-]{0,9}z".boxed()
}

fn string() -> BoxedStrategy<String> {
    prop_oneof![
        any::<String>().prop_map(|text| quote(&text)),
        "[a-z #(){}\\[\\]/]{0,12}".prop_map(|text| format!("'{text}'")),
        "[a-z #{}\n\"]{0,20}z".prop_map(|text| format!("\"\"\"{}\"\"\"", text.replace("\"\"", "'"))),
        vec("[ ]{0,4}[a-z]{0,4}", 0..4).prop_map(|lines| format!("\"\"\"\n{}\n  \"\"\"", lines.join("\n"))),
    ]
    .boxed()
}

fn segment() -> BoxedStrategy<String> {
    let index = prop_oneof![
        Just(String::new()),
        Just(String::new()),
        select(&["[0]", "[*]", "[/a/b]", "[x-amz-acl]", "[0][1]"][..]).prop_map(str::to_owned),
        string().prop_map(|text| format!("[{text}]")),
    ];
    (name(), index).prop_map(|(name, index)| name + &index).boxed()
}

fn path() -> BoxedStrategy<String> {
    vec(segment(), 1..4).prop_map(|segments| segments.join(".")).boxed()
}

/// `f(a, b)`, with what may follow it.
fn call() -> BoxedStrategy<Tokens> {
    let leaf = prop_oneof![path().prop_map(one), word().prop_map(one), string().prop_map(one)];
    let argument = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            (dotted(), vec(inner.clone(), 0..3))
                .prop_map(|(name, args)| { join([one(format!("{name}(")), between(args, ","), one(")")]) }),
            vec(inner, 0..3).prop_map(|items| join([one("("), between(items, ","), one(")")])),
        ]
    });
    let tail = prop_oneof![Just(")"), Just(").ax"), Just(")[tx]"), Just(")[\"t\"].bx[0]")];
    (dotted(), vec(argument, 0..4), tail)
        .prop_map(|(name, args, tail)| join([one(format!("{name}(")), between(args, ","), one(tail)]))
        .boxed()
}

fn reference() -> BoxedStrategy<Tokens> {
    prop_oneof![3 => path().prop_map(one), 1 => call()].boxed()
}

fn value() -> BoxedStrategy<Tokens> {
    prop_oneof![
        3 => word().prop_map(one),
        2 => string().prop_map(one),
        1 => call(),
        1 => name().prop_map(|name| one(format!("{name}.ax[0].bx"))),
    ]
    .boxed()
}

fn tuple() -> BoxedStrategy<Tokens> {
    vec(value(), 0..5).prop_map(|items| join([one("("), between(items, ","), one(")")])).boxed()
}

fn array() -> BoxedStrategy<Tokens> {
    let entry = prop_oneof![4 => value(), 1 => tuple()];
    (vec(entry, 0..6), any::<bool>())
        .prop_map(|(items, comma)| {
            let comma = if comma && !items.is_empty() { one(",") } else { Tokens::new() };
            join([one("["), between(items, ","), comma, one("]")])
        })
        .boxed()
}

fn check() -> BoxedStrategy<Tokens> {
    let text_operator =
        select(&["=", "==", "!=", "contains", "istartswith", "endswith", "glob", "regex"][..]);
    let comparison = prop_oneof![
        Just(Tokens::new()),
        Just(one("exists")),
        (text_operator.clone(), value()).prop_map(|(op, right)| join([one(op), right])),
        (text_operator, select(&["oneof", "anyof", "allof"][..]), tuple())
            .prop_map(|(op, modifier, right)| join([one(op), one(modifier), right])),
        name().prop_map(|name| join([one("refers_to"), one(name)])),
        (select(&["<", "<=", ">", ">="][..]), value()).prop_map(|(op, right)| join([one(op), right])),
        (
            select(&["in", "intersects", "pmatch", "inside", "covers"][..]),
            prop_oneof![tuple(), array(), value()]
        )
            .prop_map(|(op, right)| join([one(op), right])),
        "[a-z|()\\[\\]. #\"]{0,8}".prop_map(|regex| join([one("matches"), one(format!("/{regex}\\/x/"))])),
    ];
    (reference(), comparison).prop_map(|(left, rest)| join([left, rest])).boxed()
}

pub(crate) fn condition() -> BoxedStrategy<Tokens> {
    check()
        .prop_recursive(4, 24, 4, |inner| {
            let group = |tokens: Tokens| join([one("("), tokens, one(")")]);
            let list = prop_oneof![reference(), tuple(), array()];
            prop_oneof![
                vec(inner.clone(), 2..4).prop_map(|parts| between(parts, "and")),
                vec(inner.clone(), 2..4).prop_map(|parts| between(parts, "or")),
                inner.clone().prop_map(group),
                inner.clone().prop_map(move |tokens| join([one("not"), group(tokens)])),
                (select(&["any", "all", "no"][..]), name(), list.clone(), inner.clone()).prop_map(
                    move |(kind, var, list, body)| join([one(kind), one(var), one("in"), list, group(body)])
                ),
                (name(), list, inner, value()).prop_map(move |(var, list, body, n)| {
                    join([one("count"), one(var), one("in"), list, group(body), one(">="), n])
                }),
            ]
        })
        .boxed()
}

fn message() -> BoxedStrategy<String> {
    let part = prop_oneof![
        "[a-z ]{1,6}",
        Just("{{".to_owned()),
        Just("}}".to_owned()),
        path().prop_map(|path| format!("{{{path}}}")),
        Just("{f(ax, bx)}".to_owned()),
        Just("{cel\"1 + size('x')\"}".to_owned()),
    ];
    vec(part, 0..5).prop_map(|parts| quote(&parts.concat())).boxed()
}

fn cel() -> BoxedStrategy<String> {
    "[a-z0-9 +.()']{0,12}".prop_map(|text| format!("cel{}", quote_raw(&text))).boxed()
}

fn severity() -> BoxedStrategy<Tokens> {
    let cases = vec((word(), condition()), 1..3).prop_map(|cases| {
        let arms = cases.into_iter().map(|(level, when)| join([one(level), one("if"), when, one(",")]));
        join([join(arms), one("otherwise"), one("lowz")])
    });
    prop_oneof![2 => word().prop_map(one), 1 => cases].boxed()
}

fn references() -> BoxedStrategy<Tokens> {
    vec(reference(), 1..3).prop_map(|fields| between(fields, ",")).boxed()
}

fn except() -> BoxedStrategy<Tokens> {
    let operator = prop_oneof![Just(Tokens::new()), Just(one("startswith")), Just(one("=")), Just(one("in"))];
    let field = (reference(), operator).prop_map(|(field, op)| join([field, op]));
    (name(), vec(field, 1..3), array())
        .prop_map(|(name, fields, rows)| {
            let fields = join([one("("), between(fields, ","), one(")")]);
            join([one("except"), one(name), fields, one("in"), rows])
        })
        .boxed()
}

fn labelled(key: &'static str, value: BoxedStrategy<Tokens>) -> BoxedStrategy<Tokens> {
    (select(&[":", " :"][..]), value)
        .prop_map(move |(colon, value)| join([one(format!("{key}{colon}")), value]))
        .boxed()
}

fn rule_key() -> BoxedStrategy<Tokens> {
    prop_oneof![
        3 => labelled("when", condition()),
        1 => labelled("where", condition()),
        1 => labelled("having", condition()),
        2 => labelled("severity", severity()),
        1 => labelled("message", message().prop_map(one).boxed()),
        1 => labelled("fix", message().prop_map(one).boxed()),
        1 => labelled("maps", array()),
        1 => labelled("tags", array()),
        1 => labelled("refs", array()),
        1 => labelled("group", references()),
        1 => labelled("within", word().prop_map(one).boxed()),
        1 => labelled("enabled", Just(one("false")).boxed()),
        1 => labelled("dedup", word().prop_map(one).boxed()),
        1 => labelled("dedup", (references(), word())
            .prop_map(|(by, window)| join([by, one("for"), one(window)])).boxed()),
        1 => (name(), cel()).prop_map(|(name, cel)| join([one("let"), one(name), one("="), one(cel)])),
        1 => (name(), condition())
            .prop_map(|(name, when)| join([one("step"), one(format!("{name}:")), when])),
        1 => except(),
        1 => (select(&["set", "add"][..]), path(), data())
            .prop_map(|(word, path, value)| join([one(word), one(path), one("="), value])),
        1 => path().prop_map(|path| join([one("remove"), one(path)])),
    ]
    .boxed()
}

fn data() -> BoxedStrategy<Tokens> {
    let leaf = prop_oneof![
        select(&["null", "true", "-1.5e3", "007", "unknown", "unknown(\"why\")"][..]).prop_map(one),
        string().prop_map(one),
        "[a-z0-9=:/.-]{1,8}".prop_map(one),
    ];
    let key = prop_oneof![name(), string(), Just("a/b-c".to_owned())];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let member = (key.clone(), inner.clone()).prop_map(|(key, value)| join([one(key), one(":"), value]));
        prop_oneof![
            vec(inner, 0..4).prop_map(|items| join([one("["), between(items, ","), one("]")])),
            vec(member, 0..4).prop_map(|members| join([one("{"), between(members, ","), one("}")])),
        ]
    })
    .boxed()
}

fn record() -> BoxedStrategy<Tokens> {
    let member = (name(), data()).prop_map(|(key, value)| join([one(key), one(":"), value]));
    (vec(member, 0..4), any::<bool>())
        .prop_map(|(members, comma)| {
            let comma = if comma && !members.is_empty() { one(",") } else { Tokens::new() };
            join([one("{"), between(members, ","), comma, one("}")])
        })
        .boxed()
}

fn test_case() -> BoxedStrategy<Tokens> {
    let input = prop_oneof![
        record(),
        dotted().prop_map(one),
        (dotted(), record()).prop_map(|(base, value)| join([one(base), one("with"), value])),
        (select(&["template", "file"][..]), string()).prop_map(|(kind, path)| vec![kind.to_owned(), path]),
    ];
    let on_sample = (dotted(), record()).prop_map(|(base, value)| join([one(base), one("with"), value]));
    let beside =
        (select(&["AWS::S3::Bucket", "x"][..]), prop_oneof![record(), dotted().prop_map(one), on_sample])
            .prop_map(|(kind, value)| join([one("beside"), one(kind), value]));
    let params = prop_oneof![
        3 => Just(Tokens::new()),
        1 => record().prop_map(|values| join([one("with"), one("params"), values])),
    ];
    let outcome = select(&["fires", "silent", "unknown", "passes", "not_applicable"][..]);
    (outcome, string(), input, vec(beside, 0..3), params)
        .prop_map(|(outcome, title, input, beside, params)| {
            join([vec![outcome.to_owned(), title], input, join(beside), params])
        })
        .boxed()
}

fn body(head: Tokens, parts: Vec<Tokens>) -> Tokens {
    join([head, one("{"), join(parts), one("}")])
}

fn doc() -> BoxedStrategy<Tokens> {
    prop_oneof![
        Just(Tokens::new()),
        vec("[a-z #]{0,10}", 1..3).prop_map(|lines| one(lines
            .iter()
            .map(|line| format!("\n## {line}"))
            .collect::<String>()
            + "\n")),
    ]
    .boxed()
}

fn decl() -> BoxedStrategy<Tokens> {
    let record_type = select(&["cloudtrail", "AWS::EC2::Instance", "match"][..]);
    let default = prop_oneof![
        Just(Tokens::new()),
        prop_oneof![word().prop_map(one), string().prop_map(one), array()]
            .prop_map(|value| join([one("="), value])),
    ];
    let kind = prop_oneof![
        1 => (name(), select(&["int", "list<string>"][..]), default).prop_map(|(name, ty, default)| {
            join([one("param"), one(name), one(":"), one(ty), default])
        }),
        1 => (name(), array()).prop_map(|(name, items)| join([one("list"), one(name), one("="), items])),
        1 => (name(), condition())
            .prop_map(|(name, when)| join([one("macro"), one(name), one("="), when])),
        1 => (name(), vec(name(), 0..3), condition()).prop_map(|(name, params, when)| {
            let params = between(params.into_iter().map(one).collect(), ",");
            join([one("macro"), one(name), one("("), params, one(")"), one("="), when])
        }),
        1 => (name(), array(), string()).prop_map(|(name, words, example)| {
            let keys = vec![
                join([one("regex:"), one("/a\\/b \"#/")]),
                join([one("keywords:"), words]),
                join([one("entropy:"), one("3.0")]),
                join([one("examples:"), one("["), one(example), one("]")]),
            ];
            body(join([one("pattern"), one(name)]), keys)
        }),
        3 => (select(&["rule", "sequence"][..]), name(), record_type.clone(), vec(rule_key(), 0..5)).prop_map(
            |(word, name, record, keys)| {
                body(join([one(word), one(name), one("on"), one(record)]), keys)
            }
        ),
        1 => (name(), record_type, record())
            .prop_map(|(name, ty, value)| join([one("sample"), one(name), one("on"), one(ty), value])),
        2 => (dotted(), vec(test_case(), 0..4))
            .prop_map(|(rule, cases)| body(join([one("test"), one(rule)]), cases)),
    ];
    (doc(), kind).prop_map(|(doc, kind)| join([doc, kind])).boxed()
}

/// The tokens of a whole file.
pub(crate) fn file() -> BoxedStrategy<Tokens> {
    let package =
        prop_oneof![Just(Tokens::new()), dotted().prop_map(|name| join([one("package"), one(name)]))];
    let uses = vec(dotted().prop_map(|name| join([one("use"), one(name)])), 0..3);
    (package, uses, vec(decl(), 0..5))
        .prop_map(|(package, uses, decls)| join([package, join(uses), join(decls)]))
        .boxed()
}

/// What stands between tokens, over and over.
pub(crate) fn blanks() -> BoxedStrategy<Vec<&'static str>> {
    let blank = prop_oneof![
        12 => Just(" "),
        3 => Just("\n"),
        1 => Just("\n\n\n"),
        1 => Just("\r\n\t"),
        1 => Just("  # after\n"),
        1 => Just("\n# alone\n"),
        1 => Just("\n\n  ## doc-like\n"),
        1 => Just(" ## after ##\n"),
    ];
    vec(blank, 1..40).boxed()
}

/// The text of a file.
pub(crate) fn text() -> BoxedStrategy<String> {
    (file(), blanks()).prop_map(|(tokens, blanks)| write(&tokens, &blanks)).boxed()
}

/// Tokens with blanks between them.
pub(crate) fn write(tokens: &[String], blanks: &[&str]) -> String {
    let mut out = String::new();
    for (token, blank) in tokens.iter().zip(blanks.iter().cycle()) {
        out.push_str(token);
        out.push_str(blank);
    }
    out
}
