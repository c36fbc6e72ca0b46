//! What a change of a definition is recognised by.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Hashes tokens as they are written (FNV-1a, 64 bits), without comments, layout and derives.
pub(crate) fn fingerprint(tokens: TokenStream) -> u64 {
    let mut text = String::new();
    write(tokens, &mut text);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

// The spaces of `TokenStream::to_string` differ between compilers.
fn write(tokens: TokenStream, text: &mut String) {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if trees.next_if(says_nothing).is_some() {
                    continue;
                }
                text.push('#');
            }
            TokenTree::Punct(punct) => text.push(punct.as_char()),
            TokenTree::Ident(ident) => text.push_str(&ident.to_string()),
            TokenTree::Literal(literal) => text.push_str(&literal.to_string()),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
        }
        text.push(' ');
    }
}

/// Whether what follows a `#` is an attribute without bearing on what is stored.
fn says_nothing(tree: &TokenTree) -> bool {
    let TokenTree::Group(attribute) = tree else { return false };
    let first = attribute.stream().into_iter().next();
    attribute.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(name)) if name == "doc" || name == "derive")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use quote::quote;

    #[test]
    fn comments_and_derives_change_nothing() {
        let plain = quote! { struct Order { #[serde(default)] items: Vec<Item> } };
        let adorned = quote! {
            /// An order.
            #[derive(Debug)]
            struct Order {
                /// What was ordered.
                #[serde(default)]
                items: Vec<Item>
            }
        };
        assert_eq!(fingerprint(plain), fingerprint(adorned));
    }

    #[test]
    fn whatever_else_is_written_counts() {
        let all = [
            quote!(
                fn on(&mut self, event: &Paid) {
                    self.paid += event.amount;
                }
            ),
            quote!(
                fn on(&mut self, event: &Paid) {
                    self.paid -= event.amount;
                }
            ),
            quote!(
                fn on(&mut self, event: &Paid) {
                    self.paid += event.amount
                }
            ),
            quote!(
                fn on(&mut self, event: &Paid) {
                    self.paid += { event.amount };
                }
            ),
            quote!(
                fn on(&mut self, event: &Paid) {
                    self.paidevent += event.amount;
                }
            ),
        ];
        let all: std::collections::BTreeSet<_> = all.into_iter().map(fingerprint).collect();
        assert_eq!(all.len(), 5);
    }
}
