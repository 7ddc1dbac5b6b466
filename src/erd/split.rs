//! Cuts a schema into pictures that can be read: related tables together, none with too many.

use std::collections::{BTreeMap, HashMap};

use super::Diagram;

/// As many tables as one picture holds, but for stubs.
pub const LIMIT: usize = 25;

/// A schema of fewer tables than this, and a neighbourhood of fewer tables than that, do not make a picture of their own.
const SMALL_SCHEMA: usize = 4;
const SMALL_GROUP: usize = LIMIT / 2;

/// What one picture shows. Every table is in exactly one picture in full, and so is every relation: in that of its referring
/// table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The entities drawn in full, in the order of the schema.
    pub entities: Vec<usize>,
    /// The entities of other pictures that these refer to, of which only the name is shown.
    pub stubs: Vec<usize>,
    /// The relations, in the order of the schema.
    pub relations: Vec<usize>,
}

/// The pictures of a diagram: one if it is small; else one for each group of related tables, then the tables without relations.
/// The order is that of the first table of each.
pub fn split(diagram: &Diagram<'_>) -> Vec<Picture> {
    let count = diagram.entities.len();
    let groups = if count <= LIMIT { vec![(0..count).collect()] } else { groups(diagram) };
    pictures(diagram, groups.into_iter().filter(|group: &Vec<usize>| !group.is_empty()).collect())
}

fn pictures(diagram: &Diagram<'_>, groups: Vec<Vec<usize>>) -> Vec<Picture> {
    let mut home = vec![0; diagram.entities.len()];
    let mut pictures = Vec::with_capacity(groups.len());
    for (at, mut entities) in groups.into_iter().enumerate() {
        entities.sort_unstable();
        entities.iter().for_each(|&entity| home[entity] = at);
        pictures.push(Picture { entities, ..Picture::default() });
    }
    for (at, relation) in diagram.relations.iter().enumerate() {
        let picture = home[relation.from];
        pictures[picture].relations.push(at);
        if home[relation.to] != picture {
            pictures[picture].stubs.push(relation.to);
        }
    }
    for picture in &mut pictures {
        picture.stubs.sort_unstable();
        picture.stubs.dedup();
    }
    pictures
}

/// Groups of at most [`LIMIT`] tables: whole components where they fit, packed together where they are small.
fn groups(diagram: &Diagram<'_>) -> Vec<Vec<usize>> {
    let near = neighbours(diagram);
    let mut groups = Vec::new();
    let mut small = Vec::new();
    let mut alone = Vec::new();
    for component in components(&near) {
        match component.len() {
            1 => alone.extend(component),
            2..=LIMIT => small.push(component),
            _ => groups.extend(by_qualifier(diagram, &near, component)),
        }
    }
    groups.extend(packed(small));
    groups.sort_unstable();
    groups.extend(alone.chunks(LIMIT).map(<[usize]>::to_vec));
    groups
}

/// Puts small groups together, in their order, as long as they fit.
fn packed(groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut packed: Vec<Vec<usize>> = Vec::new();
    for group in groups {
        match packed.last_mut() {
            Some(last) if last.len() + group.len() <= LIMIT => last.extend(group),
            _ => packed.push(group),
        }
    }
    packed
}

/// Each entity's neighbours, sorted, each once, without itself.
fn neighbours(diagram: &Diagram<'_>) -> Vec<Vec<usize>> {
    let mut near = vec![Vec::new(); diagram.entities.len()];
    for relation in diagram.relations.iter().filter(|relation| relation.from != relation.to) {
        near[relation.from].push(relation.to);
        near[relation.to].push(relation.from);
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    near
}

/// The connected components, each sorted, in the order of their first entity.
fn components(near: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; near.len()];
    let mut components = Vec::new();
    for start in 0..near.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut component = vec![start];
        let mut next = 0;
        while let Some(&at) = component.get(next) {
            next += 1;
            let fresh = near[at].iter().copied().filter(|&other| !std::mem::replace(&mut seen[other], true));
            component.extend(fresh);
        }
        component.sort_unstable();
        components.push(component);
    }
    components
}

/// Cuts a component along the qualifiers of its names (`billing.`), then by neighbourhood where that is not enough.
fn by_qualifier(diagram: &Diagram<'_>, near: &[Vec<usize>], component: Vec<usize>) -> Vec<Vec<usize>> {
    let mut qualified: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for entity in component {
        let qualifier = diagram.entities[entity].name.rsplit_once('.').map_or("", |(qualifier, _)| qualifier);
        qualified.entry(qualifier).or_default().push(entity);
    }
    let mut groups = Vec::new();
    for group in qualified.into_values() {
        if group.len() <= LIMIT {
            groups.push(group)
        } else {
            groups.extend(joined(near, grown(near, &group), SMALL_GROUP))
        }
    }
    joined(near, groups, SMALL_SCHEMA)
}

/// Grows groups around the best connected tables. A table is taken when most of its neighbours are in the group already, so
/// that tables that everything refers to do not draw everything in.
fn grown(near: &[Vec<usize>], entities: &[usize]) -> Vec<Vec<usize>> {
    let mut free: HashMap<usize, bool> = entities.iter().map(|&entity| (entity, true)).collect();
    let mut seeds = entities.to_vec();
    seeds.sort_by_key(|&entity| (std::cmp::Reverse(near[entity].len()), entity));
    let mut groups = Vec::new();
    for seed in seeds {
        if !free[&seed] {
            continue;
        }
        let mut group = Vec::new();
        let mut links: BTreeMap<usize, usize> = BTreeMap::new();
        let mut next = Some(seed);
        while let Some(entity) = next.filter(|_| group.len() < LIMIT) {
            group.push(entity);
            free.insert(entity, false);
            links.remove(&entity);
            for &other in near[entity].iter().filter(|other| free.get(other) == Some(&true)) {
                *links.entry(other).or_default() += 1;
            }
            next = tightest(&links, near);
        }
        groups.push(group);
    }
    groups
}

/// The candidate with the largest share of its links in the group, the first of equals.
fn tightest(links: &BTreeMap<usize, usize>, near: &[Vec<usize>]) -> Option<usize> {
    let mut best: Option<(usize, usize, usize)> = None;
    for (&entity, &held) in links {
        let all = near[entity].len();
        if best.is_none_or(|(_, best_held, best_all)| held * best_all > best_held * all) {
            best = Some((entity, held, all));
        }
    }
    best.map(|(entity, ..)| entity)
}

/// Joins groups of fewer than `small` tables to those that they have much to do with, as long as they fit; then packs what is
/// still small together.
fn joined(near: &[Vec<usize>], mut groups: Vec<Vec<usize>>, small: usize) -> Vec<Vec<usize>> {
    loop {
        let count = groups.len();
        groups = joined_once(near, groups, small);
        if groups.len() == count {
            break;
        }
    }
    let (mut rest, mut large): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() < small);
    // Tables that hang from the same one stay together.
    rest.sort_by_key(|group| group.iter().flat_map(|&entity| &near[entity]).min().copied());
    large.extend(packed(rest));
    large
}

/// One round of joining: pairs in the order of the number of their links, each group at most once.
fn joined_once(near: &[Vec<usize>], mut groups: Vec<Vec<usize>>, small: usize) -> Vec<Vec<usize>> {
    let mut home = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        home.extend(group.iter().map(|&entity| (entity, at)));
    }
    let mut links: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (&entity, &at) in &home {
        for &other in near[entity].iter().filter_map(|other| home.get(other)).filter(|other| **other > at) {
            *links.entry((at, other)).or_default() += 1;
        }
    }
    let mut pairs: Vec<((usize, usize), usize)> = links.into_iter().collect();
    pairs.sort_by_key(|&((a, b), held)| (std::cmp::Reverse(held), groups[a].len() + groups[b].len(), a, b));
    let mut taken = vec![false; groups.len()];
    for ((a, b), _) in pairs {
        let (least, sum) = (groups[a].len().min(groups[b].len()), groups[a].len() + groups[b].len());
        if !taken[a] && !taken[b] && least < small && sum <= LIMIT {
            (taken[a], taken[b]) = (true, true);
            let moved = std::mem::take(&mut groups[b]);
            groups[a].extend(moved);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fmt::Write as _;

    use super::super::tests::{diagram, shop};
    use super::*;

    /// Each table in one picture, each relation in one, with both ends in it, none too large.
    fn check(diagram: &Diagram<'_>) -> Vec<Picture> {
        let pictures = split(diagram);
        let mut entities: Vec<usize> = pictures.iter().flat_map(|picture| picture.entities.clone()).collect();
        let mut relations: Vec<usize> = pictures.iter().flat_map(|picture| picture.relations.clone()).collect();
        entities.sort_unstable();
        relations.sort_unstable();
        assert!(entities.into_iter().eq(0..diagram.entities.len()));
        assert!(relations.into_iter().eq(0..diagram.relations.len()));
        for picture in &pictures {
            assert!(!picture.entities.is_empty() && picture.entities.len() <= LIMIT, "{}", picture.entities.len());
            let shown: HashSet<usize> = picture.entities.iter().chain(&picture.stubs).copied().collect();
            assert_eq!(shown.len(), picture.entities.len() + picture.stubs.len());
            for relation in picture.relations.iter().map(|&at| &diagram.relations[at]) {
                assert!(shown.contains(&relation.to) && shown.contains(&relation.from));
            }
        }
        pictures
    }

    fn star(count: usize) -> Diagram<'static> {
        let mut text = String::from("hub: id pk\n");
        (1..count).for_each(|n| writeln!(text, "t{n}: id pk, hub_id -> hub.id").unwrap());
        diagram(&text)
    }

    #[test]
    fn a_small_schema_is_one_picture() {
        assert_eq!(check(&shop()).len(), 1);
        assert!(split(&Diagram::default()).is_empty());
    }

    #[test]
    fn a_hub_is_a_stub_in_the_pictures_of_those_that_refer_to_it() {
        let pictures = check(&star(101));
        assert_eq!(pictures.len(), 5);
        assert!(pictures.iter().skip(1).all(|picture| picture.stubs == [0]));
    }

    #[test]
    fn schemas_are_kept_together() {
        let mut text = String::from("billing.accounts: id pk\n");
        for (schema, n) in (0..30).map(|n| (if n < 15 { "billing" } else { "shop" }, n)) {
            writeln!(text, "{schema}.t{n}: id pk, a -> billing.accounts.id").unwrap();
        }
        let diagram = diagram(&text);
        let pictures = check(&diagram);
        let of = |picture: &Picture| picture.entities.iter().map(|&at| diagram.entities[at].name).collect::<Vec<_>>();
        assert_eq!(pictures.len(), 2);
        assert!(of(&pictures[0]).iter().all(|name| name.starts_with("billing.")));
        assert!(of(&pictures[1]).iter().all(|name| name.starts_with("shop.")));
    }

    #[test]
    fn small_components_share_pictures_and_loners_come_last() {
        let mut text = String::new();
        (0..20).for_each(|n| writeln!(text, "alone{n}: id\na{n}: id pk\nb{n}: a -> a{n}.id").unwrap());
        let pictures = check(&diagram(&text));
        assert_eq!(pictures.len(), 3);
        assert!(pictures[2].relations.is_empty());
    }

    #[test]
    fn a_tree_is_cut_into_few_pictures() {
        let mut text = String::from("t0: id pk\n");
        (1..100).for_each(|n| writeln!(text, "t{n}: id pk, p -> t{}.id", n / 4).unwrap());
        assert!(check(&diagram(&text)).len() <= 6);
    }

    #[test]
    fn a_chain_of_thousands_is_cut() {
        let mut text = String::from("t0: id pk\n");
        (1..3000).for_each(|n| writeln!(text, "t{n}: id pk, p -> t{}.id, q -> t{}.id", n - 1, n / 3).unwrap());
        let pictures = check(&diagram(&text));
        assert!(pictures.len() < 200, "{}", pictures.len());
    }
}
