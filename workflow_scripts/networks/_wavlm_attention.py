"""WavLM's attention with its four projections called as modules.

The library hands their weights to torch's multi-head attention, so that whatever stands in place of a projection
(LoRA, say) is passed by in silence. Here they are called; gated position bias, key mask, scale and dropout stay.
"""

from types import MethodType
from typing import Any

import torch


def call_projections(model: Any) -> None:
    """Give every block of a WavLMModel this attention."""
    for block in model.encoder.layers:
        block.attention.torch_multi_head_self_attention = MethodType(_attend, block.attention)


def _attend(
    attention: Any, hidden: torch.Tensor, mask: torch.Tensor | None, position_bias: torch.Tensor
) -> tuple[torch.Tensor, None]:
    """As WavLMAttention.torch_multi_head_self_attention, without the weights, which nobody reads.

    Args:
        hidden: (clips, frames, width).
        mask: (clips, frames), True where a frame belongs to its clip.
        position_bias: (clips * heads, frames, frames), gated.
    """
    clips, frames, width = hidden.shape

    def of_heads(projection: Any) -> torch.Tensor:
        projected: torch.Tensor = projection(hidden)
        return projected.view(clips, frames, attention.num_heads, -1).transpose(1, 2)

    query, key, value = (of_heads(part) for part in (attention.q_proj, attention.k_proj, attention.v_proj))
    bias = position_bias.view(clips, attention.num_heads, frames, frames).to(query.dtype)
    if mask is not None:
        bias = bias.masked_fill(~mask[:, None, None, :].bool(), float("-inf"))
    dropout = attention.dropout if attention.training else 0.0
    found = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=bias, dropout_p=dropout)
    return attention.out_proj(found.transpose(1, 2).reshape(clips, frames, width)), None
