namespace TeamsWorkflows.DurableTask.Worker;

internal static class QueueExtensions
{
    /// <summary>Takes some items out; the others keep their order.</summary>
    public static void RemoveAll<T>(this Queue<T> queue, Predicate<T> isRemoved)
    {
        for (var left = queue.Count; left > 0; left--)
        {
            var item = queue.Dequeue();
            if (!isRemoved(item))
            {
                queue.Enqueue(item);
            }
        }
    }
}
