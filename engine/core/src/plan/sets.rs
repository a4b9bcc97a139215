//! Sets of constants, ready to be asked.

use std::net::IpAddr;

use eyas_lang::value::Value;
use ipnet::IpNet;
use prefix_trie::PrefixSet;
use rustc_hash::FxHashSet;

use crate::coerce;

/// A set of constants: texts and numbers hashed, networks in a prefix tree.
pub(crate) struct HashedSet {
    /// In source order.
    pub(crate) items: Vec<Value<'static>>,
    texts: FxHashSet<Box<str>>,
    ints: FxHashSet<i64>,
    v4: PrefixSet<ipnet::Ipv4Net>,
    v6: PrefixSet<ipnet::Ipv6Net>,
    has_nets: bool,
    /// What is neither: compared one by one.
    others: Vec<Value<'static>>,
}

impl std::fmt::Debug for HashedSet {
    /// The items alone: the rest follows from them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.fmt(f)
    }
}

impl HashedSet {
    pub(crate) fn new(items: &[Value<'static>]) -> Self {
        let mut set = Self {
            items: items.to_vec(),
            texts: FxHashSet::default(),
            ints: FxHashSet::default(),
            v4: PrefixSet::default(),
            v6: PrefixSet::default(),
            has_nets: false,
            others: Vec::new(),
        };
        for item in items {
            match item {
                Value::Str(text) => {
                    set.texts.insert(text.as_ref().into());
                }
                Value::Int(int) => {
                    set.ints.insert(*int);
                }
                Value::Ip(ip) => set.add_net(IpNet::from(*ip)),
                Value::Net(net) => set.add_net(net.trunc()),
                other => set.others.push(other.clone()),
            }
        }
        set
    }

    fn add_net(&mut self, net: IpNet) {
        self.has_nets = true;
        match net {
            IpNet::V4(net) => self.v4.insert(net),
            IpNet::V6(net) => self.v6.insert(net),
        };
    }

    /// Whether `value`, which is no list, is in the set. An address is where it lies in one of
    /// the networks, a network where it is one of them.
    pub(crate) fn contains(&self, value: &Value<'_>) -> bool {
        let found = match value {
            Value::Str(text) => {
                self.texts.contains(text.as_ref())
                    || (!self.ints.is_empty() && self.contains_number(text))
                    || (self.has_nets && self.contains_address(text))
            }
            Value::Int(int) => self.ints.contains(int) || self.contains_text_of(value),
            Value::Ip(ip) => self.lies_in(IpNet::from(*ip)) || self.contains_text_of(value),
            Value::Net(net) => self.is_one(net.trunc()) || self.contains_text_of(value),
            Value::Bool(_) | Value::Json(_) | Value::Tree(_) | Value::Object(_) => {
                self.contains_text_of(value)
            }
            _ => false,
        };
        found || self.others.iter().any(|other| crate::eval::equal(value, other))
    }

    fn contains_text_of(&self, value: &Value<'_>) -> bool {
        !self.texts.is_empty() && coerce::text(value).is_some_and(|text| self.texts.contains(text.as_ref()))
    }

    fn contains_number(&self, text: &str) -> bool {
        match coerce::number(text) {
            Some(Value::Int(int)) => self.ints.contains(&int),
            Some(Value::Float(f)) => f.trunc() == f && self.ints.contains(&(f as i64)),
            _ => false,
        }
    }

    fn contains_address(&self, text: &str) -> bool {
        match text.trim().parse::<IpAddr>() {
            Ok(ip) => self.lies_in(IpNet::from(ip)),
            Err(_) => text.trim().parse().is_ok_and(|net: IpNet| self.is_one(net.trunc())),
        }
    }

    /// Whether some network of the set contains this one.
    pub(crate) fn lies_in(&self, net: IpNet) -> bool {
        match net {
            IpNet::V4(net) => self.v4.get_lpm(&net).is_some(),
            IpNet::V6(net) => self.v6.get_lpm(&net).is_some(),
        }
    }

    fn is_one(&self, net: IpNet) -> bool {
        match net {
            IpNet::V4(net) => self.v4.contains(&net),
            IpNet::V6(net) => self.v6.contains(&net),
        }
    }
}
