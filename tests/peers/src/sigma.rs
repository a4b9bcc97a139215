//! The reference for event rules: `rsigma-eval` with a Sigma set of the usual size.

use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use rsigma_parser::parse_sigma_yaml;

/// Our Sigma equivalents.
const RULES: &str = include_str!("../sigma/cloudtrail.yml");

/// The engine with every rule loaded.
pub fn engine() -> Result<Engine, String> {
    let collection = parse_sigma_yaml(RULES).map_err(|error| error.to_string())?;
    let mut engine = Engine::new();
    engine.add_collection(&collection).map_err(|error| error.to_string())?;
    Ok(engine)
}

/// Judges every line of JSON Lines: how many matches there were.
pub fn judge(engine: &Engine, lines: &[u8]) -> usize {
    let mut matches = 0;
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) {
            matches += engine.evaluate(&JsonEvent::borrow(&value)).len();
        }
    }
    matches
}
