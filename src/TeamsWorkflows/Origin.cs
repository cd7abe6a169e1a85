namespace TeamsWorkflows;

/// <summary>Who defined a connection, or an intake.</summary>
public enum Origin
{
    /// <summary>The configuration, made anew at every start; it is changed there and nowhere else.</summary>
    Configuration,

    /// <summary>Somebody, by the API.</summary>
    Api,
}
