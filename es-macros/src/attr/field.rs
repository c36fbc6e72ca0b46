use syn::{Attribute, Field, Fields, Member};

use crate::diag::Errors;

/// One field and how generated code names it.
pub(crate) struct MarkedField<'a> {
    pub(crate) member: Member,
    pub(crate) field: &'a Field,
    /// The attribute that marks it.
    pub(crate) mark: &'a Attribute,
}

/// The fields that carry a mark such as `#[tag]`; `names` are its spellings.
pub(crate) fn marked_fields<'a>(fields: &'a Fields, names: &[&str]) -> Vec<MarkedField<'a>> {
    let marked = |(field, member): (&'a Field, Member)| {
        let mark = field.attrs.iter().find(|a| names.iter().any(|name| a.path().is_ident(name)))?;
        Some(MarkedField { member, field, mark })
    };
    fields.iter().zip(fields.members()).filter_map(marked).collect()
}

/// The only field that carries the mark; a second one is an error at its attribute.
pub(crate) fn marked_field<'a>(
    fields: &'a Fields,
    names: &[&str],
    errors: &mut Errors,
) -> Option<MarkedField<'a>> {
    let mut marked = marked_fields(fields, names).into_iter();
    let first = marked.next();
    for extra in marked {
        let name = names.first().copied().unwrap_or_default();
        errors.push(extra.mark, format!("a second `#[{name}]`; mark exactly one field"));
    }
    first
}
