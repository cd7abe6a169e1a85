using System.Collections;
using System.Globalization;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Finds all of many phrases in one pass over a text, whole words only.</summary>
/// <remarks>
/// The automaton of Aho and Corasick as a full table: a character costs one look-up however many phrases the rules have,
/// and no input makes it slow. Phrases are lower case; the text must be, too. A star at an end of a phrase lets a word
/// go on there: <c>*roster*</c>. In an identifier such as <c>server_error</c>, an underscore is part of the word.
/// </remarks>
internal sealed class PhraseMatcher
{
    private readonly byte[] _classes = new byte[char.MaxValue + 1]; // 0: in no phrase
    private readonly int _width;
    private readonly ushort[] _next; // by state and class of the character
    private readonly int[] _phrases; // that ends in the state, or -1
    private readonly int[] _twins; // another phrase with the same letters, or -1
    private readonly ushort[] _shorter; // the nearest state whose phrase also ends here, or 0
    private readonly Phrase[] _words;

    /// <exception cref="InvalidOperationException">More phrases, or more different characters in them, than the table takes.</exception>
    public PhraseMatcher(IReadOnlyList<string> patterns)
    {
        var phrases = patterns.Select(p => p.Trim('*')).ToArray();
        var alphabet = phrases.SelectMany(p => p).Distinct().Order().ToArray();
        var states = phrases.Sum(p => p.Length) + 1;
        if (alphabet.Length >= byte.MaxValue || states > ushort.MaxValue)
        {
            throw new InvalidOperationException($"{alphabet.Length} characters and {states} states are too many phrases.");
        }

        for (var i = 0; i < alphabet.Length; i++)
        {
            _classes[alphabet[i]] = (byte)(i + 1);
        }

        _width = alphabet.Length + 1;
        _words = [.. patterns.Select((p, i) => new Phrase(phrases[i].Length, EndsAtBlanks(p[0]), EndsAtBlanks(p[^1]), p.Contains('_', StringComparison.Ordinal)))];
        (_next, _phrases, _shorter) = (new ushort[states * _width], new int[states], new ushort[states]);
        _twins = new int[phrases.Length];
        _phrases.AsSpan().Fill(-1);
        Link(Spell(phrases));
    }

    public int Count => _words.Length;

    /// <summary>Marks what the text says.</summary>
    /// <param name="text">In lower case.</param>
    /// <param name="found">As long as there are phrases.</param>
    /// <param name="onMatch">Called with the phrase and the index behind its end, for those who read on from there.</param>
    public void Match(ReadOnlySpan<char> text, BitArray found, Action<int, int> onMatch)
    {
        var state = 0;
        for (var i = 0; i < text.Length; i++)
        {
            state = _next[(state * _width) + _classes[text[i]]];
            for (var at = _phrases[state] >= 0 ? state : _shorter[state]; at != 0; at = _shorter[at])
            {
                for (var phrase = _phrases[at]; phrase >= 0; phrase = _twins[phrase])
                {
                    if (_words[phrase].IsWholeIn(text, i + 1))
                    {
                        found[phrase] = true;
                        onMatch(phrase, i + 1);
                    }
                }
            }
        }
    }

    // Chinese and Japanese write no blanks between words, so that a phrase of theirs stands anywhere.
    private static bool EndsAtBlanks(char c) => char.IsLetterOrDigit(c) && char.GetUnicodeCategory(c) != UnicodeCategory.OtherLetter;

    // The tree of all phrases; 0 stands for "no child yet".
    private int Spell(string[] phrases)
    {
        var states = 1;
        for (var phrase = 0; phrase < phrases.Length; phrase++)
        {
            var state = 0;
            foreach (var c in phrases[phrase])
            {
                ref var next = ref _next[(state * _width) + _classes[c]];
                next = next != 0 ? next : (ushort)states++;
                state = next;
            }

            (_twins[phrase], _phrases[state]) = (_phrases[state], phrase);
        }

        return states;
    }

    // Breadth first: where a state has no child, it goes on as the longest suffix of it that is in the tree.
    private void Link(int states)
    {
        var suffixes = new ushort[states];
        var queue = new Queue<int>();
        queue.Enqueue(0);
        while (queue.TryDequeue(out var state))
        {
            for (var c = 1; c < _width; c++)
            {
                ref var next = ref _next[(state * _width) + c];
                var elsewhere = state == 0 ? 0 : _next[(suffixes[state] * _width) + c];
                if (next == 0)
                {
                    next = (ushort)elsewhere;
                    continue;
                }

                suffixes[next] = (ushort)elsewhere;
                _shorter[next] = _phrases[elsewhere] >= 0 ? (ushort)elsewhere : _shorter[elsewhere];
                queue.Enqueue(next);
            }
        }
    }

    private readonly record struct Phrase(int Length, bool BeginsWithLetter, bool EndsWithLetter, bool IsIdentifier)
    {
        public bool IsWholeIn(ReadOnlySpan<char> text, int end)
        {
            var start = end - Length;
            return (!BeginsWithLetter || start == 0 || !IsPartOfWord(text[start - 1]))
                && (!EndsWithLetter || end == text.Length || !IsPartOfWord(text[end]));
        }

        private bool IsPartOfWord(char c) => char.IsLetterOrDigit(c) || (IsIdentifier && c == '_');
    }
}
