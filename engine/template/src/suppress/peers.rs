//! Which of our rules stand for the rules of other tools.

use rustc_hash::FxHashMap;

/// Our rules by the ids of other tools' rules. The ids of different tools do not clash.
#[derive(Debug, Clone, Default)]
pub struct Peers {
    ours: FxHashMap<String, Vec<String>>,
}

impl Peers {
    /// From rows of `tool,their id,our ids separated by blanks`, the first row a heading.
    pub fn from_csv(text: &str) -> Self {
        let mut peers = Self::default();
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(3, ',').map(str::trim);
            if let (Some(_), Some(theirs), Some(ours)) = (cells.next(), cells.next(), cells.next()) {
                let ours = ours.split_whitespace().map(str::to_owned);
                peers.ours.entry(theirs.to_owned()).or_default().extend(ours);
            }
        }
        peers
    }

    /// Adds the rows of another table.
    pub fn extend(&mut self, other: Self) {
        for (theirs, ours) in other.ours {
            self.ours.entry(theirs).or_default().extend(ours);
        }
    }

    /// Our rules for an id of another tool or of our own.
    pub(super) fn rules(&self, id: &str) -> Vec<String> {
        // trivy's ids come with and without the prefix of their provider's old name.
        let bare = id.strip_prefix("AVD-").unwrap_or(id);
        match self.ours.get(bare) {
            Some(ours) => ours.clone(),
            None => vec![id.to_owned()],
        }
    }
}
