mod measure; mod sigma;
fn main(){ let e=sigma::engine().unwrap(); println!("{} rules", e.rule_count());
 let gz=std::fs::read("/work/shared/data/cloudtrail/sans504.jsonl.gz").unwrap(); let mut out=vec![0u8;60_000_000]; let n=libdeflater::Decompressor::new().gzip_decompress(&gz,&mut out).unwrap();
 for _ in 0..3 {let t=std::time::Instant::now(); let m=sigma::judge(&e,&out[..n]); println!("{m} matches {}", measure::rate(30477,t.elapsed()));}
}
