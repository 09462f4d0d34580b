"""A trainer for a policy: GRPO on the groups that Atropos' API hands out."""
